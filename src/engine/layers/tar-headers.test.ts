import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, openSync, writeSync, closeSync, rmSync, symlinkSync, ftruncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTarReader, type TarEntry } from './tar-headers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-headers-'));
  mkdirSync(join(folder, 'dir'));
  writeFileSync(join(folder, 'dir/small'), 'hello');
  writeFileSync(join(folder, 'dir/empty'), '');
  writeFileSync(join(folder, `dir/${'n'.repeat(200)}`), 'long name');
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/dir/`), Buffer.from([0x66, 0xff, 0xfe])]), 'bytes');
  writeFileSync(join(folder, 'dir/big'), Buffer.alloc(300_000, 7));
  symlinkSync('t'.repeat(150), join(folder, 'dir/link'));
  linkSync(join(folder, 'dir/small'), join(folder, 'dir/zhard'));
  const sparse = openSync(join(folder, 'dir/sparse'), 'w');
  for (let i = 0; i < 30; i++) writeSync(sparse, Buffer.alloc(4096, i + 1), 0, 4096, i * 1_048_576);
  closeSync(sparse);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function readAll(tar: Buffer, chunkBytes = tar.length): { entries: TarEntry[]; problem: string | undefined } {
  const entries: TarEntry[] = [];
  const reader = createTarReader({ onEntry: (entry) => entries.push(entry) });
  for (let at = 0; at < tar.length; at += chunkBytes) reader.write(tar.subarray(at, at + chunkBytes));
  return { entries, problem: reader.end().problem };
}
const tar = (...args: string[]) => execFileSync('tar', ['-C', folder, '--sort=name', '-cf', '-', ...args, 'dir'], { maxBuffer: 1 << 28 });
const sha = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');

describe.each([
  ['gnu', ['--format=gnu', '--sparse']],
  ['pax, sparse 0.0', ['--format=pax', '--sparse', '--sparse-version=0.0']],
  ['pax, sparse 0.1', ['--format=pax', '--sparse', '--sparse-version=0.1']],
  ['pax, sparse 1.0', ['--format=pax', '--sparse', '--sparse-version=1.0']],
])('%s', (_name, args) => {
  test.each([1 << 28, 512, 333])('reads names, sizes and hashes with chunks of %i bytes', (chunkBytes) => {
    const { entries, problem } = readAll(tar(...args), chunkBytes);
    expect(problem).toBeUndefined();
    const by = new Map(entries.map((entry) => [entry.path, entry]));
    expect([...by.keys()]).toEqual(['dir/', 'dir/big', 'dir/empty', 'dir/f\xff\xfe', 'dir/link', `dir/${'n'.repeat(200)}`, 'dir/small', 'dir/sparse', 'dir/zhard']);
    expect(by.get('dir/small')).toMatchObject({ type: 'file', size: 5, storedBytes: 5 });
    expect(by.get('dir/small')?.hash).toBe(sha('hello'));
    expect(by.get('dir/empty')?.hash).toBe(sha(''));
    expect(by.get('dir/big')?.hash).toBe(sha(Buffer.alloc(300_000, 7)));
    expect(by.get('dir/link')).toMatchObject({ type: 'symlink', linkTarget: 't'.repeat(150), size: 0 });
    expect(by.get('dir/zhard')).toMatchObject({ type: 'hardlink', linkTarget: 'dir/small', storedBytes: 0 });
    const sparse = by.get('dir/sparse') as TarEntry;
    expect(sparse.size).toBe(29 * 1_048_576 + 4096);
    expect(sparse.storedBytes).toBe(30 * 4096);
    const whole = Buffer.alloc(sparse.size);
    for (let i = 0; i < 30; i++) whole.fill(i + 1, i * 1_048_576, i * 1_048_576 + 4096);
    expect(sparse.hash).toBe(sha(whole));
  });
});

test('a sparse file of 10 GB costs nothing', () => {
  mkdirSync(join(folder, 'huge'));
  ftruncateSync(openSync(join(folder, 'huge/hole'), 'w'), 10 * 2 ** 30);
  const archive = execFileSync('tar', ['-C', folder, '--sparse', '-cf', '-', 'huge'], { maxBuffer: 1 << 20 });
  const began = performance.now();
  const { entries, problem } = readAll(archive);
  expect(problem).toBeUndefined();
  expect(entries[1]).toMatchObject({ size: 10 * 2 ** 30, storedBytes: 0 });
  expect(performance.now() - began).toBeLessThan(5000);
});

test('reads base-256 numbers', () => {
  const { entries } = readAll(tar('--format=gnu', '--owner=big:3000000', '--mtime=@-86400'));
  expect(entries[0]).toMatchObject({ uid: 3_000_000, mtime: -86_400 });
});

test('a global pax header is no entry and changes the times of those after it', () => {
  const { entries, problem } = readAll(tar('--format=pax', '--pax-option=globexthdr.name=g,comment=hello'));
  expect(problem).toBeUndefined();
  expect(entries.map((entry) => entry.path)).toContain('dir/small');
  expect(entries).toHaveLength(9);
});

test('extended attributes come from pax records', () => {
  const body = '35 SCHILY.xattr.user.colour=blue\nred\n'; // a value may hold newlines
  const record = `${body.length} ${body.slice(3)}`;
  const { entries } = readAll(Buffer.concat([header('x', record.length), pad(Buffer.from(record)), header('0', 0), Buffer.alloc(1024)]));
  expect(entries[0]?.xattrs).toBe('user.colour=blue\nred');
});

test('a truncated archive gives what was read and says where it ended', () => {
  const whole = tar('--format=gnu');
  const { entries, problem } = readAll(whole.subarray(0, 100_000));
  expect(problem).toMatch(/ends inside "dir\/big": \d+ bytes/);
  expect(entries.at(-1)?.path).toBe('dir/big');
  expect(entries.at(-1)?.hash).toBeUndefined();
});

test('garbage after entries is reported, not thrown', () => {
  const { entries, problem } = readAll(Buffer.concat([header('0', 0), Buffer.alloc(512, 65)]));
  expect(entries).toHaveLength(1);
  expect(problem).toBe('not a tar header at byte 512');
});

test('content flows to a sink until it has enough', () => {
  const seen: Buffer[] = [];
  const reader = createTarReader({
    onEntry: () => {},
    onContent: (entry) => (entry.path === 'dir/big' ? (piece) => { seen.push(Buffer.from(piece)); return seen.length < 2; } : undefined),
  });
  const whole = tar('--format=gnu');
  for (let at = 0; at < whole.length; at += 4096) reader.write(whole.subarray(at, at + 4096));
  expect(seen).toHaveLength(2);
});

function header(type: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write('name');
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
function pad(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}
