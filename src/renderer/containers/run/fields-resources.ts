// Run form: how much of the machine a container may use.
import type { Field } from './fields.ts';
import { hostNumber, hostSize, hostText, isNumber, isSize, setHost } from './host-parts.ts';

const ULIMIT = /^[a-z]+=-?\d+(:-?\d+)?$/;

export const resourceFields: Field[] = [
  { key: 'memory', flag: '--memory', short: '-m', kind: 'text', section: 'resources', placeholder: '512m', check: isSize, ...hostSize('Memory') },
  { key: 'memorySwap', flag: '--memory-swap', kind: 'text', section: 'resources', placeholder: '1g', check: (value) => (value === '-1' ? undefined : isSize(value)), read: hostSize('MemorySwap').read, write: (body, value) => (value === '-1' ? setHost(body, 'MemorySwap', -1) : hostSize('MemorySwap').write(body, value)) },
  { key: 'memoryReservation', flag: '--memory-reservation', kind: 'text', section: 'resources', check: isSize, ...hostSize('MemoryReservation') },
  { key: 'cpus', flag: '--cpus', kind: 'text', section: 'resources', placeholder: '1.5', check: (value) => (/^\d+(\.\d+)?$/.test(value) && Number(value) > 0 ? undefined : 'cpus'), read: (body) => (typeof body.HostConfig['NanoCpus'] === 'number' && body.HostConfig['NanoCpus'] > 0 ? String(body.HostConfig['NanoCpus'] / 1e9) : ''), write: (body, value) => setHost(body, 'NanoCpus', value === '' ? undefined : Math.round(Number(value) * 1e9)) },
  { key: 'cpuShares', flag: '--cpu-shares', short: '-c', kind: 'text', section: 'resources', placeholder: '1024', check: isNumber, ...hostNumber('CpuShares') },
  { key: 'cpuset', flag: '--cpuset-cpus', kind: 'text', section: 'resources', placeholder: '0-1', check: (value) => (/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(value) ? undefined : 'cpuset'), ...hostText('CpusetCpus') },
  { key: 'pids', flag: '--pids-limit', kind: 'text', section: 'resources', placeholder: '200', check: isNumber, ...hostNumber('PidsLimit') },
  { key: 'blkio', flag: '--blkio-weight', kind: 'text', section: 'resources', check: (value) => (Number(value) >= 10 && Number(value) <= 1000 ? undefined : 'blkio'), ...hostNumber('BlkioWeight') },
  { key: 'shm', flag: '--shm-size', kind: 'text', section: 'resources', placeholder: '64m', check: isSize, ...hostSize('ShmSize') },
  { key: 'oomScore', flag: '--oom-score-adj', kind: 'text', section: 'resources', check: isNumber, ...hostNumber('OomScoreAdj') },
  {
    key: 'ulimits', flag: '--ulimit', kind: 'lines', section: 'resources', placeholder: 'nofile=1024:2048', check: (line) => (ULIMIT.test(line) ? undefined : 'ulimit'),
    read: (body) => (body.HostConfig.Ulimits ?? []).map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`),
    write: (body, value) => setHost(body, 'Ulimits', value.filter((line) => ULIMIT.test(line)).map((line) => {
      const [name = '', numbers = ''] = line.split('=');
      const [soft = 0, hard = soft] = numbers.split(':').map(Number);
      return { Name: name, Soft: soft, Hard: hard };
    })),
  },
];
