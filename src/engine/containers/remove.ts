// DELETE /containers/{id}, and prune. The record says `removing` before anything goes, so a crash in between is finished later.
import { Conflict, System } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import { cleanUpRun } from './clean-up.ts';
import type { Container } from './container.ts';
import { publish, type Parts } from './parts.ts';
import { signalProcess } from './process.ts';
import { isUp, mayMove, move } from './record.ts';

const SIGKILL = 9;
const KILL_WAIT_MS = 10_000;

export interface RemoveOptions { force: boolean; /** also its anonymous volumes */ volumes: boolean }

/** @throws Conflict when it runs and `force` is not given, or when it is being removed already */
export async function removeContainer(parts: Parts, container: Container, options: RemoveOptions): Promise<void> {
  const { record } = container;
  if (record.state === 'removing') throw new Conflict(`removal of container ${record.name} is already in progress`);
  if (isUp(record)) {
    if (!options.force) {
      const [what, hint] = record.state === 'paused' ? ['paused', 'unpause and then stop the container before removing or force remove'] : ['running', 'stop the container before removing or force remove'];
      throw new Conflict(`cannot remove container ${JSON.stringify(record.name)}: container is ${what}: ${hint}`);
    }
    await killForRemoval(parts, container);
  } else if (record.state === 'restarting' && !options.force) {
    throw new Conflict(`cannot remove container ${JSON.stringify(record.name)}: container is restarting: stop the container before removing or force remove`);
  }
  const removed = await parts.locks.run(container.id, async () => {
    if (parts.store.byId(container.id) !== container) return true; // whoever held the lock before removed it
    if (isUp(record)) return false;
    container.cancelRestart?.();
    if (mayMove(record.state, 'removing')) move(record, 'removing', 'remove', Date.now());
    await parts.store.save(container);
    await finishRemoval(parts, container, options);
    return true;
  });
  if (!removed) await removeContainer(parts, container, options); // it was started meanwhile, by its restart policy or by somebody
}

async function killForRemoval(parts: Parts, container: Container): Promise<void> {
  const { record } = container;
  record.manuallyStopped = true;
  container.exitCause = 'remove --force';
  container.keepOnExit = true;
  const exited = container.next('exit');
  publish(parts, container, 'kill', { signal: String(SIGKILL) });
  signalProcess(record.pid, record.pidStartTicks, SIGKILL);
  // a frozen process ends when it thaws
  if (record.state === 'paused') await cgroupOf(parts.machine, record.id, record.hostConfig.CgroupParent).freeze(false);
  const gone = await Promise.race([exited.then(() => true), new Promise<false>((resolve) => setTimeout(() => resolve(false), KILL_WAIT_MS).unref())]);
  if (!gone) throw new System(`cannot remove container ${JSON.stringify(record.name)}: could not kill: it does not end on SIGKILL`);
}

/** The second half, also for a removal that a crash cut short. Leaves the container `dead` when something cannot be removed. */
export async function finishRemoval(parts: Parts, container: Container, options: { volumes: boolean }): Promise<void> {
  const { record } = container;
  try {
    if (record.pid > 0) await cleanUpRun(parts, record);
    container.letGo();
    await Promise.all([
      parts.snapshots.remove(record.id),
      parts.networks?.forget(record.id),
      parts.volumes?.release(record.id, { anonymous: options.volumes }),
    ]);
  } catch (error) {
    move(record, 'dead', 'remove failed', Date.now());
    await parts.store.save(container);
    throw error;
  }
  await parts.store.drop(container);
  publish(parts, container, 'destroy');
  container.tell('removed', { exitCode: record.exitCode });
}
