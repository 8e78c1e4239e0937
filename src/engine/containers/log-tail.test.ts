import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tailPosition } from './log-tail.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));
const record = (text: string, tag = 'F') => `2026-11-23T21:53:01.123456789+00:00 stdout ${tag} ${text}\n`;
const write = (name: string, records: string[]) => {
  writeFileSync(join(folder, name), records.join(''));
  return join(folder, name);
};
const rest = (records: string[], from: number) => Buffer.byteLength(records.slice(0, from).join(''));

test('the last lines of one file, however long it is', () => {
  const records = Array.from({ length: 5000 }, (_, index) => record(`line ${index} ${'x'.repeat(index % 90)}`));
  const file = write('long', records);
  for (const lines of [1, 2, 999, 1000, 4999]) expect(tailPosition([file], lines)).toEqual({ file: 0, offset: rest(records, 5000 - lines) });
  expect(tailPosition([file], 5000)).toEqual({ file: 0, offset: 0 });
  expect(tailPosition([file], 9000)).toEqual({ file: 0, offset: 0 });
  expect(tailPosition([file], 0)).toEqual({ file: 0, offset: rest(records, 5000) });
});

test('a line in parts counts once', () => {
  const records = [record('a'), record('b', 'P'), record('b', 'P'), record('b'), record('c')];
  expect(tailPosition([write('parts', records)], 2)).toEqual({ file: 0, offset: rest(records, 1) });
});

test('older files are read when the newest has too few lines', () => {
  const older = [record('a'), record('b')];
  const files = [write('log.1', older), write('log', [record('c')])];
  expect(tailPosition(files, 2)).toEqual({ file: 0, offset: rest(older, 1) });
});
