import { expect, test } from 'vitest';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { BackupEntry, VolumeRow } from '../../main/contract/volumes.ts';
import { isLocked, withFacts } from './volume.ts';

const host = { id: 'local' } as HostSummary;
const other = { id: 'far' } as HostSummary;
const volume = (on: HostSummary, Name: string) => ({ host: on, key: Name, row: { Name, Driver: 'local' } as VolumeRow });
const backup = (hostId: string, name: string, createdAtMs: number, state: BackupEntry['state'] = 'whole') => ({ host: hostId, volume: name, createdAtMs, state }) as BackupEntry;

test('users, size and newest whole backup belong to the volume of the same host', () => {
  const containers = [{ host, key: 'web', row: { Mounts: [{ Type: 'volume', Name: 'data', Destination: '/d' }, { Type: 'bind', Source: 'data', Destination: '/b' }] } as unknown as ContainerRow }];
  const [here, there] = withFacts([volume(host, 'data'), volume(other, 'data')], containers, {
    sizes: { local: { data: 5 }, far: { data: -1 } }, backups: [backup('local', 'data', 3, 'partial'), backup('local', 'data', 2), backup('local', 'data', 1)], schedules: [], incomplete: { far: ['data'] },
  });
  expect(here).toMatchObject({ sizeBytes: 5, lastBackup: { createdAtMs: 2 }, isIncomplete: false });
  expect(here?.users).toHaveLength(1);
  expect(there).toMatchObject({ users: [], isIncomplete: true });
  expect(there?.sizeBytes).toBeUndefined();
});

test('a volume is locked only when it is encrypted and has no key', () => {
  expect(isLocked({ Options: { encryption: 'gocryptfs' }, Status: { unlocked: false } } as unknown as VolumeRow)).toBe(true);
  expect(isLocked({ Options: { encryption: 'gocryptfs' }, Status: { unlocked: true } } as unknown as VolumeRow)).toBe(false);
  expect(isLocked({ Options: null } as VolumeRow)).toBe(false);
});
