import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutEntries } from './transfer-tar.ts';

async function filtered(tar: Buffer, chunk: number, isUnwanted: (path: string) => boolean): Promise<{ names: string[]; left: { entries: number; bytes: number } }> {
  async function* source(): AsyncGenerator<Buffer> {
    for (let at = 0; at < tar.length; at += chunk) yield tar.subarray(at, at + chunk);
  }
  const left = { entries: 0, bytes: 0 };
  const parts: Buffer[] = [];
  for await (const part of withoutEntries(source(), isUnwanted, left)) parts.push(part);
  return { names: execFileSync('tar', ['-t'], { input: Buffer.concat(parts), encoding: 'utf8' }).trim().split('\n'), left };
}

test.each([1, 7, 511, 512, 513, 4096, 1 << 20])('leaves files out of a real tar, in chunks of %i bytes', async (chunk) => {
  const folder = mkdtempSync(join(tmpdir(), 'transfer-tar-'));
  try {
    const long = `${'d'.repeat(120)}.txt`;
    for (const [name, size] of [['a', 0], ['b', 1300], ['c', 512], [long, 20]] as const) writeFileSync(join(folder, name), 'x'.repeat(size));
    for (const format of ['gnu', 'pax']) {
      const tar = execFileSync('tar', ['-c', `--format=${format}`, '-C', folder, 'a', 'b', 'c', long]);
      expect(await filtered(tar, chunk, (path) => path === 'b' || path === 'a')).toEqual({ names: ['c', long], left: { entries: 2, bytes: 1536 } });
      expect((await filtered(tar, chunk, () => false)).names).toEqual(['a', 'b', 'c', long]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
