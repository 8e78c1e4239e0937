import { describe, expect, test } from 'vitest';
import type { Mount } from '@docker/node-sdk';
import { checkDuplicates, parseBind, parseMount, parseVolumesFrom } from './mount-syntax.ts';

describe('-v', () => {
  test.each([
    ['/src:/dst', { type: 'bind', source: '/src', destination: '/dst', isReadOnly: false, propagation: 'rprivate', createsSource: true }],
    ['/src/:/dst/:ro,rshared', { type: 'bind', source: '/src', destination: '/dst', isReadOnly: true, propagation: 'rshared' }],
    ['data:/dst', { type: 'volume', source: 'data' }],
    ['data:/dst:nocopy,ro', { type: 'volume', source: 'data', isReadOnly: true }],
    ['/dst', { type: 'volume', source: '', destination: '/dst' }],
    ['/dst:ro', { type: 'volume', source: '', destination: '/dst', isReadOnly: true }],
  ])('%s', (raw, wanted) => expect(parseBind(raw, '')).toMatchObject(wanted));
  test.each([
    ['/src:dst', `invalid volume specification: '/src:dst': invalid mount config for type "bind": invalid mount path: 'dst' mount path must be absolute`],
    ['/src:/', `invalid volume specification: '/src:/': invalid mount config for type "bind": invalid specification: destination can't be '/'`],
    ['/src:/dst:wrong', 'invalid mode: wrong'],
    ['/src:/dst:ro,rw', 'invalid mode: ro,rw'],
    ['data:/dst:rshared', 'invalid mode: rshared'],
    ['a:/b:ro:x', `invalid volume specification: 'a:/b:ro:x'`],
    [':/b', `invalid volume specification: ':/b'`],
    ['x:/b', 'create x: volume name is too short, names should be at least two alphanumeric characters'],
    ['a/b:/c', 'create a/b: "a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'],
  ])('%s is refused', (raw, message) => expect(() => parseBind(raw, '')).toThrow(message));
});

describe('--mount', () => {
  test.each<[Mount, Record<string, unknown>]>([
    [{ Type: 'bind', Source: '/s', Target: '/t' }, { createsSource: false, propagation: 'rprivate' }],
    [{ Type: 'volume', Target: '/t', VolumeOptions: { NoCopy: true, Labels: { a: 'b' }, DriverConfig: { Name: 'local', Options: { type: 'tmpfs' } } } }, { source: '', labels: { a: 'b' }, options: { type: 'tmpfs' } }],
    [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1 } }, { type: 'tmpfs' }],
    [{ Type: 'volume', Source: 'data', Target: '/t', VolumeOptions: { Subpath: 'a/b' } }, {}],
  ])('%j', (mount, wanted) => expect(parseMount(mount, '')).toMatchObject(wanted));
  test.each<[Mount, string]>([
    [{ Type: 'bind', Target: '/t' }, 'invalid mount config for type "bind": field Source must not be empty'],
    [{ Type: 'bind', Source: '/s' }, 'invalid mount config for type "bind": field Target must not be empty'],
    [{ Type: 'bind', Source: 's', Target: '/t' }, `invalid mount config for type "bind": invalid mount path: 's' mount path must be absolute`],
    [{ Type: 'bind', Source: '/s', Target: '/t', VolumeOptions: {} }, 'invalid mount config for type "bind": field VolumeOptions must not be specified'],
    [{ Type: 'tmpfs', Source: 's', Target: '/t' }, 'invalid mount config for type "tmpfs": field Source must not be specified'],
    [{ Type: 'volume', Source: 'data', Target: '/t', VolumeOptions: { Subpath: '../x' } }, 'invalid mount config for type "volume": subpath must be a relative path within the volume'],
    [{ Type: 'npipe', Source: 's', Target: '/t' }, 'invalid mount config for type "npipe": mount type unknown'],
  ])('%j is refused', (mount, message) => expect(() => parseMount(mount, '')).toThrow(message));
});

test('one target is mounted once', () => {
  expect(() => checkDuplicates([parseBind('/a:/t', ''), parseBind('data:/t/', '')])).toThrow('Duplicate mount point: /t');
});

test('volumes-from', () => {
  expect(parseVolumesFrom('web')).toEqual({ container: 'web', isReadOnly: undefined });
  expect(parseVolumesFrom('web:ro')).toEqual({ container: 'web', isReadOnly: true });
  expect(() => parseVolumesFrom('web:xx')).toThrow('invalid mode: xx');
});
