// When the engine opens: what was running is found again, what ended meanwhile gets its true exit code, what a crash left half done is
// finished or undone. Containers never notice; only records, mounts and policies are put right.
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../base/ids.ts';
import { containerState, deleteContainer } from '../tools/oci-runtime.ts';
import { cgroupOf } from './cgroup.ts';
import { cleanUpRun } from './clean-up.ts';
import type { Container } from './container.ts';
import { networked } from './create.ts';
import { containerExited, restartLater } from './exit.ts';
import { holdOutput } from './output-of.ts';
import type { Parts } from './parts.ts';
import { startTicks } from './process.ts';
import { isUp, move, type ContainerRecord } from './record.ts';
import { finishRemoval } from './remove.ts';
import { watchRun } from './watch-run.ts';

const FIRST_PAUSE_MS = 100;

/** @param halfMade folders without a record */
export async function restoreContainers(parts: Parts, halfMade: readonly string[]): Promise<void> {
  const all = parts.store.all();
  await Promise.all(halfMade.map((id) => undoCreate(parts, id)));
  await Promise.all(all.map((container) => parts.locks.run(container.id, () => settle(parts, container))));
  await parts.networks?.adopt(all.filter(({ record }) => isUp(record)).map(({ record }) => networked(parts, record)));
  await Promise.all([sweepRuns(parts), sweepExecs(parts)]);
  // Those whose supervisor wrote an exit file, and those that are gone without one, go the usual way of an ended container.
  await Promise.all(all.filter(({ record }) => isUp(record) && !isAlive(record)).map((container) => endedMeanwhile(parts, container)));
  for (const container of all) if (shouldStartNow(container.record)) revive(parts, container);
}

const isAlive = (record: ContainerRecord): boolean => record.pid > 0 && startTicks(record.pid) === record.pidStartTicks;

async function settle(parts: Parts, container: Container): Promise<void> {
  const { record } = container;
  if (record.state === 'removing' || record.state === 'dead') {
    await finishRemoval(parts, container, { volumes: record.hostConfig.AutoRemove === true });
    return;
  }
  if (isUp(record)) {
    if (isAlive(record)) {
      await settleFreezer(parts, container);
      await holdOutput(parts, container);
      watchRun(parts, container, { fresh: false });
    }
    return;
  }
  const run = parts.folders.run(record.id);
  if (!existsSync(run)) return;
  // The engine died while it started this container, or while it cleaned up after it.
  const state = await containerState(parts.machine.runtime, record.id);
  const pid = state?.pid ?? 0;
  const ticks = startTicks(pid);
  if (state?.status === 'running' && ticks !== undefined) {
    Object.assign(record, { pid, pidStartTicks: ticks, startedAtMs: Date.now(), bootId: parts.machine.bootId, exitCode: 0, error: '', manuallyStopped: false });
    move(record, 'running', 'start (found running after the engine died)', Date.now());
    await holdOutput(parts, container);
    watchRun(parts, container, { fresh: true });
  } else if (existsSync(parts.folders.exit(record.id)) && record.finishedAtMs <= (record.history.at(-1)?.atMs ?? 0) && record.state === 'created') {
    // It started, ran and ended before the record said so.
    record.exitCode = Number(readFileSync(parts.folders.exit(record.id), 'utf8')) || 0;
    move(record, 'running', 'start (while the engine was dead)', Date.now());
    record.startedAtMs = Date.now();
    return;
  } else {
    await cleanUpRun(parts, record);
  }
  await parts.store.save(container);
}

/** The engine died between the freezer and the record, or while a commit held the processes still. */
async function settleFreezer({ machine, store }: Parts, container: Container): Promise<void> {
  const { record } = container;
  const cgroup = cgroupOf(machine, record.id, record.hostConfig.CgroupParent);
  const isFrozen = cgroup.isFrozen();
  if (record.state === 'running' && isFrozen) await cgroup.freeze(false);
  if (record.state === 'paused' && !isFrozen) {
    move(record, 'running', 'unpause', Date.now());
    await store.save(container);
  }
}

/** The true exit code from the file; after a reboot nobody knows it. */
async function endedMeanwhile(parts: Parts, container: Container): Promise<void> {
  const { record } = container;
  // A supervisor that is about to write the file gets a moment.
  for (let tries = 0; tries < 50 && record.bootId === parts.machine.bootId && !hasExitFile(parts, record.id) && conmonLives(parts, record.id); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  await containerExited(parts, container, { exitCode: 255, cause: record.bootId === parts.machine.bootId ? 'ended while the engine was dead' : 'the machine was restarted' });
}

const hasExitFile = (parts: Parts, id: string): boolean => existsSync(parts.folders.exit(id)) || existsSync(join(parts.folders.persist(id), 'exit'));

function conmonLives(parts: Parts, id: string): boolean {
  try {
    return readFileSync(`/proc/${Number(readFileSync(join(parts.folders.run(id), 'conmon.pid'), 'utf8'))}/cmdline`, 'utf8').includes(id);
  } catch {
    return false; // no pid file or no such process
  }
}

/** `always` starts whatever ended it but a removal; `unless-stopped` not what a person stopped. */
function shouldStartNow(record: ContainerRecord): boolean {
  if (record.state === 'restarting') return true;
  if (record.state !== 'exited' || record.startedAtMs === 0) return false;
  const policy = record.hostConfig.RestartPolicy?.Name;
  return policy === 'always' || (policy === 'unless-stopped' && !record.manuallyStopped);
}

function revive(parts: Parts, container: Container): void {
  const { record } = container;
  if (record.state === 'exited') move(record, 'restarting', 'restart policy, the engine started', Date.now());
  container.touch();
  restartLater(parts, container, FIRST_PAUSE_MS);
}

/** A create that got no record: nothing of it may stay. */
async function undoCreate(parts: Parts, id: string): Promise<void> {
  await parts.snapshots.remove(id);
  await parts.networks?.forget(id);
  await parts.volumes?.release(id, { anonymous: true });
  await rm(parts.folders.data(id), { recursive: true, force: true });
}

/** What execs of the dead engine left: their specifications and the sockets for their terminals. */
async function sweepExecs({ folders, store }: Parts): Promise<void> {
  const remove = async (folder: string, isLeft: (name: string) => boolean) => {
    const names = await readdir(folder).catch(() => [] as string[]); // a container that does not run has no such folder
    await Promise.all(names.filter(isLeft).map((name) => rm(join(folder, name), { recursive: true, force: true })));
  };
  await Promise.all([
    remove(folders.sockets, (name) => !store.byId(name)),
    ...store.all().filter(({ record }) => isUp(record)).map(({ record }) => remove(folders.run(record.id), (name) => name.startsWith('exec-'))),
  ]);
}

/** Runs of containers that no record knows: the last thing a removal deletes is the record, so these belong to nobody. */
async function sweepRuns(parts: Parts): Promise<void> {
  for (const id of await readdir(parts.folders.run())) {
    if (parts.store.byId(id)) continue;
    parts.log.warn('cleaning up after a container that has no record', { id });
    await cleanUpRun(parts, { id: id as ContainerId, hostConfig: {}, pid: 0, pidStartTicks: '' } as ContainerRecord);
  }
  const steps = join(parts.folders.run(), '..', 'steps');
  for (const id of await readdir(steps).catch(() => [] as string[])) {
    await deleteContainer(parts.machine.runtime, id);
    cgroupOf(parts.machine, id).remove();
    await rm(join(steps, id), { recursive: true, force: true });
  }
}
