import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSecrets, type Cipher } from './secrets.ts';

const mask = (data: Buffer): Buffer => Buffer.from(data.map((byte) => byte ^ 0x5a));
const cipher: Cipher = { encrypt: (text) => mask(Buffer.from(text)), decrypt: (data) => mask(data).toString() };
let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'gantry-secrets-')); });
afterEach(() => rmSync(folder, { recursive: true }));

test('many written at once are all there later, encrypted, for this user alone', async () => {
  const secrets = await openSecrets(folder, cipher);
  await Promise.all(Array.from({ length: 50 }, (_, index) => secrets.set(`k${index}`, `value ${index}`)));
  await secrets.delete('k7');
  expect(readdirSync(folder)).toEqual(['secrets.bin']);
  expect(statSync(join(folder, 'secrets.bin')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'secrets.bin'), 'latin1')).not.toContain('value');
  const again = await openSecrets(folder, cipher);
  expect([again.get('k0'), again.get('k7'), again.get('k49')]).toEqual(['value 0', undefined, 'value 49']);
});

test('without a cipher nothing reaches the disk', async () => {
  const secrets = await openSecrets(folder);
  await secrets.set('k', 'value');
  expect(secrets.get('k')).toBe('value');
  expect(secrets.durable).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});
