import { expect, test } from 'vitest';
import { readFrames } from '../wire/frames.ts';
import { logDecoder, logTime, type DecodeOptions } from './log-lines.ts';

const head = (second: number, stream: 'stdout' | 'stderr', tag: 'F' | 'P') => `2026-11-23T21:53:0${second}.123456789+00:00 ${stream} ${tag} `;
const log = Buffer.from([
  `${head(1, 'stdout', 'F')}one\n`, `${head(2, 'stderr', 'F')}oops\n`, `${head(3, 'stdout', 'P')}pro`, '\n', `${head(4, 'stdout', 'P')}mpt\n`, `${head(5, 'stdout', 'F')}\n`, `${head(6, 'stdout', 'P')}end\n`,
].join(''));
const both = { stdout: true, stderr: true, framed: true };

async function frames(options: DecodeOptions, cut: number): Promise<[number, string][]> {
  const decoder = logDecoder(options);
  const parts = [decoder.push(log.subarray(0, cut)), decoder.push(log.subarray(cut))];
  const out: [number, string][] = [];
  for await (const { stream, payload } of readFrames((async function* () { yield Buffer.concat(parts); })())) {
    const last = out.at(-1);
    if (last?.[0] === stream && !options.timestamps) last[1] += payload.toString();
    else out.push([stream, payload.toString()]);
  }
  return out;
}

test('bytes come back exactly as they were written, wherever the chunks are cut', async () => {
  for (let cut = 0; cut <= log.length; cut++) {
    expect(await frames(both, cut)).toEqual([[1, 'one\n'], [2, 'oops\n'], [1, 'prompt\nend']]);
  }
});

test('a line that came in parts has one timestamp', async () => {
  const out = (await frames({ ...both, stderr: false, timestamps: true }, 100)).map(([, text]) => text).join('');
  expect(out).toBe('2026-11-23T21:53:01.123456789Z one\n2026-11-23T21:53:03.123456789Z prompt\n2026-11-23T21:53:06.123456789Z end');
});

test('since is inclusive, until is not and ends the reading', async () => {
  expect(await frames({ ...both, since: '2026-11-23T21:53:02.123456789', until: '2026-11-23T21:53:03.123456789' }, 50)).toEqual([[2, 'oops\n']]);
  expect(logTime(1_795_470_781.5)).toBe(`${new Date(1_795_470_781_000).toISOString().slice(0, 19)}.500000000`);
});

test('each record is a frame of its own: clients take a frame for a line', async () => {
  const lines = Buffer.from(`${head(1, 'stdout', 'F')}one\n${head(2, 'stdout', 'F')}two\n`);
  const out: string[] = [];
  for await (const { payload } of readFrames((async function* () { yield logDecoder(both).push(lines); })())) out.push(payload.toString());
  expect(out).toEqual(['one\n', 'two\n']);
});
