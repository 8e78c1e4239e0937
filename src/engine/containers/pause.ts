// POST /containers/{id}/pause and unpause: the cgroup freezer, without a process of ours.
import { Conflict } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import type { Container } from './container.ts';
import { publish, type Parts } from './parts.ts';
import { move } from './record.ts';

/** @throws Conflict when it is not running, or paused already */
export function pauseContainer(parts: Parts, container: Container): Promise<void> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (record.state === 'paused') throw new Conflict(`container ${record.id} is already paused`);
    if (record.state === 'restarting') throw new Conflict(`container ${record.id} is restarting, wait until the container is running`);
    if (record.state !== 'running') throw new Conflict(`container ${record.id} is not running`);
    await cgroupOf(parts.machine, record.id, record.hostConfig.CgroupParent).freeze(true);
    move(record, 'paused', 'pause', Date.now());
    await parts.store.save(container);
    publish(parts, container, 'pause');
  });
}

/** @throws Conflict when it is not paused */
export function unpauseContainer(parts: Parts, container: Container): Promise<void> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (record.state !== 'paused') throw new Conflict(`container ${record.id} is not paused`);
    await cgroupOf(parts.machine, record.id, record.hostConfig.CgroupParent).freeze(false);
    move(record, 'running', 'unpause', Date.now());
    await parts.store.save(container);
    publish(parts, container, 'unpause');
  });
}
