import { expect, test } from 'vitest';
import { masked, withServerAddress } from './option-mount.ts';

test('the kernel gets the address of a server in place of its name', async () => {
  expect(await withServerAddress('addr=nas.lan,ro,soft', async (name) => (name === 'nas.lan' ? '192.0.2.9' : ''))).toBe('addr=192.0.2.9,ro,soft');
  expect(await withServerAddress('addr=2001:db8::1,vers=4', async () => { throw new Error('asked for an address'); })).toBe('addr=2001:db8::1,vers=4');
});

test('passwords are not shown', () => {
  expect(masked('username=a,password=se=cret,vers=3.0')).toBe('username=a,password=********,vers=3.0');
  expect(masked('pass=x')).toBe('pass=********');
});
