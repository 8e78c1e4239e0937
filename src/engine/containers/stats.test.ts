import { expect, test } from 'vitest';
import { blkioV1, cgroupFolders, ioV2, keyedNumbers } from './cgroup-usage.ts';
import { parseNetDev } from './stats.ts';
import { filterProcesses } from './top.ts';

const HYBRID = `30 20 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 30 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
32 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 30 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;

test('on a hybrid machine each controller has its folder', () => {
  const { unified, controllers } = cgroupFolders('3:memory:/gantry/abc\n2:cpu:/gantry/abc\n0::/x\n', HYBRID);
  expect(unified).toBeUndefined();
  expect([...controllers]).toEqual([['memory', '/sys/fs/cgroup/memory/gantry/abc'], ['cpu', '/sys/fs/cgroup/cpu/gantry/abc']]);
});

test('on cgroup v2 there is one folder, whatever its name holds', () => {
  expect(cgroupFolders('0::/system.slice/a:b.scope\n', '30 20 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw').unified).toBe('/sys/fs/cgroup/system.slice/a:b.scope');
});

test('block I/O of both versions', () => {
  expect(blkioV1('8:0 Read 4096\n8:0 Write 0\nTotal 4096\n')).toEqual([{ major: 8, minor: 0, op: 'read', value: 4096 }, { major: 8, minor: 0, op: 'write', value: 0 }]);
  expect(blkioV1('Total 0\n')).toBeNull();
  expect(ioV2('254:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n')).toEqual({
    bytes: [{ major: 254, minor: 0, op: 'read', value: 10 }, { major: 254, minor: 0, op: 'write', value: 20 }],
    operations: [{ major: 254, minor: 0, op: 'read', value: 1 }, { major: 254, minor: 0, op: 'write', value: 2 }],
  });
});

test('keyed files and network counters', () => {
  expect(keyedNumbers('usage_usec 12\nuser_usec 5\n')).toEqual({ usage_usec: 12, user_usec: 5 });
  const dev = 'Inter-|   Receive\n face |bytes\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 100 2 3 4 0 0 0 0 200 5 6 7 0 0 0 0\n';
  expect(parseNetDev(dev)).toEqual({ eth0: { rx_bytes: 100, rx_packets: 2, rx_errors: 3, rx_dropped: 4, tx_bytes: 200, tx_packets: 5, tx_errors: 6, tx_dropped: 7 } });
});

test('ps rows are kept by PID, and the command keeps its blanks', () => {
  const output = 'UID   PID  PPID CMD\nroot    1     0 init\nroot   42     1 sh -c  sleep 1\n';
  expect(filterProcesses(output, new Set([42]))).toEqual({ Titles: ['UID', 'PID', 'PPID', 'CMD'], Processes: [['root', '42', '1', 'sh -c sleep 1']] });
  expect(() => filterProcesses('UID CMD\n', new Set())).toThrow('PID field');
});
