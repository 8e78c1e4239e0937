import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint, keyTypeOf, randomArt } from './known-hosts-fingerprint.ts';
import { appendKnownHost, checkHostKey, formatKnownHost, knownHostName, knownKeyTypes, lineNames, parseKnownHosts, readKnownHosts } from './known-hosts.ts';

// Made once with ssh-keygen; fingerprints, art and the hashed line are what ssh-keygen -lv and -H printed for these keys.
const ED = 'AAAAC3NzaC1lZDI1NTE5AAAAIL0xDtTwnFkdYFuLVJaYmviSnOnK7994Bh3jLjskp+tS';
const EC = 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPQiKpjIW6LUyFhnun1WC4/Sx4TW5RDAzdXJYnWjp0mjX8DYJzB1IMa99FXNu0H4W5rWAxXE3K9220xEp7t4Mto=';
const RSA = 'AAAAB3NzaC1yc2EAAAADAQABAAABgQCwBRFqQ6ZN5ObwQt8qkXFkFAaowF0H0SF0K77FBoPMJex4xc4RbctE97bhCYY4/1WGykcPUsSN40qU71mfrHxrqgkJaX/4xe+h0UXcdboDKFo/gXApiyZ9S6eZFFOi9gtRJKtbeo3nn83zBOk5dBe7DIcQC6UijOUYjqOZvd2xXaXgzYN0E0veCxFVwKkh6mufrq3Lic2gypmbntWVipLDrcZtBo7sihCMZ58v3SDw503e3eeHl4+HbJqD8JOcd2eLGzfuKxzLXMzRoLibWa2lgzf/iMZ3d1i2OPMMdv92xCupqKSU7jDe/67N2VbzA8g/QyXeAU8sT5qrX1wWHDyBjfshNG8O7xYbUSfG4M4lHjlbXxcWht137DZ9jjkOox2kJpk9uE9vmP7NBhqtJ2lUZEmyqQLvFQswzwUJZ7yQfPHJO1HsHhTMEDQviaQR6JbHT50gWmpsqeE3HsjfecldCioYobzU6FSlxlczOK3K7MGsDwM+gPekdyMaA/3fcts=';
const HASHED = '|1|GWPKrQpfd/kEfsHFg+Bw69IJfCA=|akbtIU9EyxyGL4Xg7C/Cbqc7A2E= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL0xDtTwnFkdYFuLVJaYmviSnOnK7994Bh3jLjskp+tS';
const key = (base64: string) => Buffer.from(base64, 'base64');

test('fingerprints and art are the ones ssh-keygen prints', () => {
  expect(fingerprint(key(ED))).toBe('SHA256:7XHvoFYnEkBaVIN/p2qGUP8PDIkBwf6JRxmY3GMi0QE');
  expect(fingerprint(key(RSA))).toBe('SHA256:XGZ/ChwRaxrxohmpLxeM9ZKHHJTZwBEQ1SFOSJD90b0');
  expect(randomArt(key(ED)).split('\n')).toEqual([
  '+--[ED25519 256]--+',
  '|    E*+O+oo      |',
  '|    . B+B  .     |',
  '|     o.o.*       |',
  '|      . ++o.. .  |',
  '|       =So=o.o   |',
  '|      o +.o=+..  |',
  '|       o ..=+o.  |',
  '|        . =..+   |',
  '|         +.  .o  |',
  '+----[SHA256]-----+']);
  expect(randomArt(key(RSA)).split('\n')).toEqual([
  '+---[RSA 3072]----+',
  '|  .=+*OXooo.     |',
  '|  . o+=o+o.o     |',
  '|     .*.o O.     |',
  '|     *.X XEo     |',
  '|    o X S o . .  |',
  '|     . +   . o   |',
  '|    . o     .    |',
  '|     o           |',
  '|                 |',
  '+----[SHA256]-----+']);
  expect(randomArt(key(EC)).split('\n')).toEqual([
  '+---[ECDSA 256]---+',
  '|         .++@*OEX|',
  '|           *o*.B=|',
  '|         o oo.+ =|',
  '|        + o o. = |',
  '|       .So =    .|',
  '|        ..+ +    |',
  '|         o+=.    |',
  '|         .o=o    |',
  '|          ....   |',
  '+----[SHA256]-----+']);
});

test('bytes that are no key have no type', () => {
  expect(keyTypeOf(Buffer.from('x'))).toBe('');
  expect(keyTypeOf(Buffer.from([255, 255, 255, 255, 1]))).toBe('');
});

test('a recorded key is known, under its port only', () => {
  const lines = parseKnownHosts(`# a comment\n\nweb,10.0.0.* ssh-ed25519 ${ED} me@home\n[web]:2222 ecdsa-sha2-nistp256 ${EC}\nbroken line\n`);
  expect(lines.map((line) => line.line)).toEqual([3, 4]);
  expect(checkHostKey(lines, knownHostName('WEB', 22), key(ED))).toEqual({ status: 'known' });
  expect(checkHostKey(lines, '10.0.0.7', key(ED))).toEqual({ status: 'known' });
  expect(checkHostKey(lines, knownHostName('web', 2222), key(EC))).toEqual({ status: 'known' });
  expect(checkHostKey(lines, '10.0.1.7', key(ED))).toEqual({ status: 'unknown', authority: false });
  expect(knownKeyTypes(lines, 'web')).toEqual(['ssh-ed25519']);
});

test('another key, of the same type or of another, is a changed key', () => {
  const lines = parseKnownHosts(`web ssh-ed25519 ${ED}`);
  expect(checkHostKey(lines, 'web', key(EC))).toMatchObject({ status: 'changed', lines: [{ line: 1 }] });
});

test('negated names do not match', () => {
  const lines = parseKnownHosts(`*.example,!bad.example ssh-ed25519 ${ED}`);
  expect(checkHostKey(lines, 'good.example', key(ED)).status).toBe('known');
  expect(checkHostKey(lines, 'bad.example', key(ED)).status).toBe('unknown');
});

test('hashed names are understood', () => {
  const lines = parseKnownHosts(HASHED);
  expect(checkHostKey(lines, 'server.example', key(ED)).status).toBe('known');
  expect(checkHostKey(lines, 'other.example', key(ED)).status).toBe('unknown');
});

test('a revoked key is refused even when another line accepts it', () => {
  const lines = parseKnownHosts(`web ssh-ed25519 ${ED}\n@revoked * ssh-ed25519 ${ED}`);
  expect(checkHostKey(lines, 'web', key(ED))).toMatchObject({ status: 'revoked', line: { line: 2 } });
});

test('a certificate authority vouches for no plain key', () => {
  const lines = parseKnownHosts(`@cert-authority *.example ssh-ed25519 ${ED}`);
  expect(checkHostKey(lines, 'web.example', key(ED))).toEqual({ status: 'unknown', authority: true });
});

test('a written line reads back, hashed or not', () => {
  for (const hash of [false, true]) {
    const [line] = parseKnownHosts(formatKnownHost('[web]:2222', key(EC), hash));
    expect(lineNames(line!, '[web]:2222')).toBe(true);
    expect(line!.names.includes('web')).toBe(!hash);
  }
});

test('appending makes a private file and keeps what was there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'known-hosts-'));
  try {
    const file = join(folder, 'dot-ssh', 'known_hosts');
    await appendKnownHost(file, 'web', key(ED));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, `# mine\nweb ssh-ed25519 ${ED}`);
    await appendKnownHost(file, 'db', key(EC));
    expect(await readFile(file, 'utf8')).toBe(`# mine\nweb ssh-ed25519 ${ED}\ndb ecdsa-sha2-nistp256 ${EC}\n`);
    expect(await readKnownHosts([join(folder, 'none'), file])).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
