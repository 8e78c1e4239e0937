import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zstdContent, zstdFrames } from './zstd-frames.ts';

async function* pieces(content: Buffer, size = 70_001): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
const all = async (source: AsyncIterable<Buffer>) => Buffer.concat(await Array.fromAsync(source));
const content = Buffer.concat([randomBytes(9 << 20), Buffer.alloc(5 << 20, 'text ')]);

test.each([70_001, 1 << 20, content.length])('many frames come back in their order, read in pieces of %i bytes', async (size) => {
  expect((await all(zstdContent(pieces(await all(zstdFrames(pieces(content), 3)), size), 3))).equals(content)).toBe(true);
});

test('a stream of one frame by another program is read too; nothing is nothing', async () => {
  expect((await all(zstdContent(pieces(zstdCompressSync(content)), 2))).equals(content)).toBe(true);
  expect(await all(zstdFrames(pieces(Buffer.alloc(0)), 2))).toHaveLength(0);
});

test('what is cut off or damaged is an error', async () => {
  const packed = await all(zstdFrames(pieces(content), 2));
  await expect(all(zstdContent(pieces(packed.subarray(0, -1)), 2))).rejects.toThrow('cut off');
  packed[packed.readUInt32LE(8) + 12] = 0;
  await expect(all(zstdContent(pieces(packed), 2))).rejects.toThrow('damaged');
});

test('a source that fails fails the result', async () => {
  async function* broken() { yield Buffer.from('a'); throw new Error('gone'); }
  await expect(all(zstdFrames(broken(), 2))).rejects.toThrow('gone');
});
