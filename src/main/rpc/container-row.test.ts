import { expect, test } from 'vitest';
import type { ContainerRow } from '../contract/containers.ts';
import { containerRow } from './container-row.ts';

const read = (Status: string) => {
  const { SinceMs, ExitCode } = containerRow({ Status } as ContainerRow, 1e12);
  return [SinceMs === undefined ? undefined : (1e12 - SinceMs) / 1000, ExitCode];
};

test.each([
  ['Up Less than a second', 0, undefined],
  ['Up 45 seconds', 45, undefined],
  ['Up About a minute (healthy)', 60, undefined],
  ['Up 5 minutes (health: starting)', 300, undefined],
  ['Up About an hour (Paused)', 3600, undefined],
  ['Up 3 weeks ago', 1_814_400, undefined], // podman
  ['Exited (137) 2 days ago', 172_800, 137],
  ['Exited (-1) 1 second ago', 1, -1],
  ['Restarting (3) 5 seconds ago', 5, 3],
  ['Created', undefined, undefined],
  ['Removal In Progress', undefined, undefined],
  ['', undefined, undefined],
])('%j was read', (status, seconds, exitCode) => {
  expect(read(status)).toEqual([seconds, exitCode]);
});
