import { expect, test } from 'vitest';
import { frame, frameHeader, readFrames, type Frame } from './frames.ts';

async function* chunks(...parts: Uint8Array[]) { for (const part of parts) yield Buffer.from(part); }
const collect = async (source: AsyncIterable<Buffer>) => {
  const out: [number, string][] = [];
  for await (const { stream, payload } of readFrames(source) as AsyncIterable<Frame>) out.push([stream, payload.toString()]);
  return out;
};

test('a frame has the stream in byte 0 and the size big endian in bytes 4 to 7', () => {
  expect([...frame(2, Buffer.from('ab'))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 97, 98]);
  expect([...frameHeader(1, 70_000)]).toEqual([1, 0, 0, 0, 0, 1, 17, 112]);
});

test('frames are read wherever the chunks are cut', async () => {
  const bytes = Buffer.concat([frame(1, Buffer.from('hello')), frame(2, Buffer.from('')), frame(1, Buffer.from('world'))]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await collect(chunks(bytes.subarray(0, cut), bytes.subarray(cut)))).toEqual([[1, 'hello'], [2, ''], [1, 'world']]);
  }
});

test('a stream that ends inside a frame or is none at all is an error', async () => {
  await expect(collect(chunks(frame(1, Buffer.from('hello')).subarray(0, 9)))).rejects.toThrow('ended inside a frame');
  await expect(collect(chunks(Buffer.from('not frames at all')))).rejects.toThrow('not a multiplexed stream');
});
