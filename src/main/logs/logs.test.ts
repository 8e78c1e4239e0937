import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeByTime } from './merge.ts';
import { createRecordReader, type RecordBatch } from './records.ts';
import { createSearch } from './search.ts';
import { openSpool, record, type LogSpool } from './spool.ts';

const T = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}.000000001Z`;
const frame = (stream: number, payload: string | Buffer) => {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
};
const everything = { text: '', isRegex: false, isCaseSensitive: false, streams: [], levels: [] } as const;

let spool: LogSpool;
beforeEach(async () => void (spool = await openSpool()));
afterEach(() => spool[Symbol.asyncDispose]());

async function fill(...texts: string[]): Promise<void> {
  await spool.append(Buffer.concat(texts.map((text, index) => record(index % 3 === 2 ? 2 : 1, 0, T(index % 60), Buffer.from(text)))), texts.length);
}

test('a body cut at every possible byte gives the same lines', async () => {
  const whole = Buffer.concat([frame(1, `${T(1)} one\n`), frame(2, `${T(2)} zwölf\n`), frame(1, `${T(3)} half `), frame(1, `${T(4)} and half\n`), frame(1, `${T(5)} last`)]);
  for (let cut = 1; cut < whole.length; cut++) {
    const body = Buffer.from(whole);
    const reader = createRecordReader(0, false);
    const batches = [reader.push(body.subarray(0, cut)), reader.push(body.subarray(cut)), reader.end()].filter((batch) => batch !== undefined);
    const text = Buffer.concat(batches.map((batch) => batch.data)).toString();
    expect(text).toBe(`1 0 ${T(1)} one\n2 0 ${T(2)} zwölf\n1 0 ${T(3)} half and half\n1 0 ${T(5)} last\n`);
    expect(batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(4);
  }
});

test('a terminal has one stream and CR LF', () => {
  const reader = createRecordReader(3, true);
  expect(reader.push(Buffer.from(`${T(1)} a\r\n${T(2)} b\r\n`))?.data.toString()).toBe(`1 3 ${T(1)} a\n1 3 ${T(2)} b\n`);
});

test('a line without a time is kept as it is', () => {
  const reader = createRecordReader(0, false);
  expect(reader.push(frame(2, 'no time here\n'))?.data.toString()).toBe('2 0 - no time here\n');
});

test('any window of the spool is read, also one over its end', async () => {
  await fill(...Array.from({ length: 500 }, (_, index) => `line ${index}`));
  expect((await spool.read(130, 3)).map((line) => line.text)).toEqual(['line 130', 'line 131', 'line 132']);
  expect((await spool.read(498, 10)).map((line) => line.text)).toEqual(['line 498', 'line 499']);
  expect(await spool.read(500, 10)).toEqual([]);
  expect((await spool.read(2, 1))[0]).toEqual({ stream: 2, source: 0, time: T(2), text: 'line 2', clippedBytes: 0 });
});

test('a long line is clipped, says by how much, and never in the middle of a character', async () => {
  await fill('ü'.repeat(10_000));
  const [line] = await spool.read(0, 1, 4097);
  expect(line?.text).toBe('ü'.repeat(2048));
  expect(line?.clippedBytes).toBe(20_000 - 4097);
  expect((await spool.read(0, 1, 1 << 20))[0]?.text).toHaveLength(10_000);
});

test('pieces begin at the line that was asked for', async () => {
  await fill(...Array.from({ length: 300 }, (_, index) => `line ${index}`));
  const found: [number, string][] = [];
  for await (const { first, data } of spool.pieces(131)) found.push([first, data.toString().split('\n')[0] ?? '']);
  expect(found).toEqual([[131, `2 0 ${T(131 % 60)} line 131`]]);
});

test('search finds text without regard to case, expressions, streams and levels', async () => {
  await fill('all quiet', 'ERROR: disk [full]', 'level=warn slow', '\u001b[31mred error\u001b[0m alert', 'nothing');
  const hits = async (query: object) => {
    const search = createSearch(spool, { ...everything, streams: [], levels: [], ...query });
    await search.advance();
    return search.range(0, 10);
  };
  expect(await hits({ text: 'error' })).toEqual([1, 3]);
  expect(await hits({ text: '[FULL]' })).toEqual([1]);
  expect(await hits({ text: 'error', isCaseSensitive: true })).toEqual([3]);
  expect(await hits({ text: '^(all|nothing)', isRegex: true })).toEqual([0, 4]);
  expect(await hits({ text: 'error alert', isRegex: false })).toEqual([3]);
  expect(await hits({ streams: ['stderr'] })).toEqual([2]);
  expect(await hits({ levels: ['warn'] })).toEqual([2]);
  expect(() => createSearch(spool, { ...everything, streams: [], levels: [], text: '(', isRegex: true })).toThrow(/regular expression/i);
});

test('an expression that would never come to an end is stopped and named', async () => {
  await fill(`${'a'.repeat(60)}b`);
  const search = createSearch(spool, { ...everything, streams: [], levels: [], text: '^(a+)+$', isRegex: true });
  await expect(search.advance()).rejects.toThrow(/make it simpler/);
});

test('a search goes on where it stopped as the log grows, and finds its place', async () => {
  await fill('a', 'hit', 'b');
  const search = createSearch(spool, { ...everything, streams: [], levels: [], text: 'hit' });
  await search.advance();
  await fill('hit', 'c', 'hit');
  await search.advance();
  expect(search.range(0, 9)).toEqual([1, 3, 5]);
  expect(search.scanned).toBe(6);
  expect([search.indexAtOrAfter(0), search.indexAtOrAfter(2), search.indexAtOrAfter(6)]).toEqual([0, 1, 3]);
});

test('histories are merged by time, whatever their batches', async () => {
  const batch = (source: number, ...seconds: number[]): RecordBatch => ({ data: Buffer.concat(seconds.map((second) => record(1, source, T(second), Buffer.from(String(second))))), count: seconds.length, lastTime: '' });
  async function* of(...batches: RecordBatch[]) {
    yield* batches;
  }
  const merged: string[] = [];
  for await (const { data } of mergeByTime([of(batch(0, 1, 4), batch(0, 6)), of(batch(1, 2, 3, 5)), of()])) merged.push(...data.toString().trim().split('\n').map((line) => line.split(' ').at(-1) ?? ''));
  expect(merged).toEqual(['1', '2', '3', '4', '5', '6']);
});
