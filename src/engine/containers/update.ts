// POST /containers/{id}/update: limits and restart policy of a container that may be running. The cgroup is changed before the record,
// so a limit that the kernel refuses is not kept.
import { join } from 'node:path';
import type { HostConfig } from '@docker/node-sdk';
import { updateContainer as runtimeUpdate } from '../tools/oci-runtime.ts';
import { Conflict, InvalidParameter, System, errorMessage } from '../wire/errors.ts';
import { checkHostShape } from './body-shape.ts';
import { cgroupOf } from './cgroup.ts';
import type { Container } from './container.ts';
import { onlineCpus } from './machine.ts';
import { publish, type Parts } from './parts.ts';
import { isUp, type ContainerRecord } from './record.ts';
import { discardedLimits, resourceSpec } from './spec/resources.ts';
import { validateCreate } from './validate.ts';

const LIMITS = [
  'BlkioWeight', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod', 'CpuRealtimeRuntime', 'CpuShares', 'CpusetCpus', 'CpusetMems', 'Memory', 'MemoryReservation', 'MemorySwap', 'NanoCpus',
] as const;

/** @throws InvalidParameter for impossible limits, Conflict, System when the kernel refuses */
export function updateContainer(parts: Parts, container: Container, wish: HostConfig | undefined): Promise<string[]> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (record.state === 'removing' || record.state === 'dead') throw new Conflict(`Cannot update container ${record.id}: container is marked for removal and cannot be "update"`);
    if (!wish) throw new InvalidParameter('an update needs a body');
    checkHostShape(wish);
    // Zero means "leave it", as docker sends every field.
    const changes: HostConfig = Object.fromEntries(LIMITS.filter((key) => wish[key] !== undefined && wish[key] !== 0 && wish[key] !== '' && wish[key] !== null).map((key) => [key, wish[key]]));
    if (wish.PidsLimit != null) changes.PidsLimit = Math.max(wish.PidsLimit, 0); // zero and below: no limit
    if (wish.RestartPolicy?.Name) changes.RestartPolicy = { MaximumRetryCount: 0, ...wish.RestartPolicy };
    const next: HostConfig = { ...record.hostConfig, ...changes };
    for (const key of ['CpuPeriod', 'CpuQuota'] as const) {
      if (changes[key] && record.hostConfig.NanoCpus) throw new Conflict(`Cannot update container ${record.id}: Conflicting options: CPU ${key.slice(3)} cannot be updated as NanoCPUs has already been set`);
    }
    if (changes.NanoCpus) Object.assign(next, { CpuPeriod: 0, CpuQuota: 0 });
    if (next.AutoRemove && wish.RestartPolicy?.Name && wish.RestartPolicy.Name !== 'no') throw new Conflict(`Cannot update container ${record.id}: Restart policy cannot be updated because AutoRemove is enabled for the container`);
    const old = record.hostConfig;
    if (changes.Memory && !changes.MemorySwap && old.MemorySwap && old.MemorySwap > 0 && changes.Memory > old.MemorySwap) {
      throw new Conflict(`Cannot update container ${record.id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`);
    }
    validateCreate({}, next, parts.machine.facts, onlineCpus());
    if (isUp(record) && Object.keys(changes).some((key) => key !== 'RestartPolicy')) {
      try {
        await runtimeUpdate(parts.machine.runtime, record.id, resourceSpec(next, parts.machine.facts), join(parts.folders.run(record.id), 'resources.json'));
        liftLimits(parts, record, changes);
      } catch (error) {
        throw new System(`Cannot update container ${record.id}: ${errorMessage(error)}`, { cause: error });
      }
    }
    const warnings = discardedLimits(changes, parts.machine.facts);
    if (!parts.machine.facts.blockWeight) next.BlkioWeight = old.BlkioWeight ?? 0;
    record.hostConfig = next;
    await parts.store.save(container);
    publish(parts, container, 'update');
    return warnings;
  });
}

/** crun 1.8 writes "no limit" as a number that the kernel refuses, so the files are written here. */
function liftLimits({ machine }: Parts, record: ContainerRecord, { PidsLimit, CpuQuota }: HostConfig): void {
  const group = cgroupOf(machine, record.id, record.hostConfig.CgroupParent);
  if (PidsLimit === 0) group.write('pids', 'pids.max', 'max');
  if (CpuQuota === undefined || CpuQuota >= 0) return;
  if (machine.facts.cgroupVersion === 1) group.write('cpu', 'cpu.cfs_quota_us', '-1');
  else group.write('cpu', 'cpu.max', 'max');
}
