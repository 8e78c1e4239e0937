import { expect, test } from 'vitest';
import { imagePath, splitReference } from './images.ts';
import { registryOf } from './registry-auth.ts';

test.each([
  ['debian:12', { name: 'debian', tag: '12' }],
  ['host:5000/a/b', { name: 'host:5000/a/b' }],
  ['host:5000/a/b:1', { name: 'host:5000/a/b', tag: '1' }],
  ['a@sha256:00', { name: 'a', tag: 'sha256:00' }],
])('%s is cut at its tag or digest', (reference, parts) => {
  expect(splitReference(reference)).toEqual(parts);
});

test.each([['debian', 'docker.io'], ['team/app', 'docker.io'], ['localhost/app', 'localhost'], ['host:5000/app', 'host:5000'], ['ghcr.io/a/b', 'ghcr.io'], ['index.docker.io/library/x', 'docker.io']])('%s comes from %s', (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});

test('slashes of a name stay, everything else is encoded', () => {
  expect(imagePath('host:5000/a b', '/json')).toBe('/images/host%3A5000/a%20b/json');
});
