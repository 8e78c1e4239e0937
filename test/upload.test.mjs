// The page packs uploads by itself; GNU tar is the judge.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarBlob } from '../src/renderer/containers/upload.ts';

test('GNU tar unpacks what was packed, long names and empty files too', async () => {
  const long = `${'deep/'.repeat(40)}ü.txt`;
  const archive = tarBlob([
    { path: 'a.txt', file: new File(['hello'], 'a.txt', { lastModified: 1_700_000_000_000 }) },
    { path: 'empty', file: new File([], 'empty') },
    { path: long, file: new File(['x'.repeat(1000)], 'ü.txt') },
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'gantry-upload-'));
  try {
    execFileSync('tar', ['-xC', folder], { input: Buffer.from(await archive.arrayBuffer()) });
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('hello');
    expect(readFileSync(join(folder, 'empty'), 'utf8')).toBe('');
    expect(readFileSync(join(folder, long), 'utf8')).toHaveLength(1000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
