// Takes away what a run of a container left: processes, the runtime's state, cgroup, mounts, network, files. Never stops at the first
// failure, may be called twice, and is what an ended run, a failed start and a restarted engine have in common.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unmount } from '../kernel/mounts.ts';
import { deleteContainer } from '../tools/oci-runtime.ts';
import { System } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import type { Parts } from './parts.ts';
import { signalProcess } from './process.ts';
import type { ContainerRecord } from './record.ts';

const SIGKILL = 9;

/** @throws AggregateError with everything that could not be taken away */
export async function cleanUpRun(parts: Parts, record: ContainerRecord): Promise<void> {
  const { folders, machine } = parts;
  const { id } = record;
  const run = folders.run(id);
  const failures: unknown[] = [];
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  killConmon(run, id);
  if (record.pid > 0) signalProcess(record.pid, record.pidStartTicks, SIGKILL);
  await attempt(() => forgetInRuntime(parts, record));
  await attempt(() => parts.snapshots.unmount(folders.rootfs(id)));
  await attempt(() => { if (existsSync(join(run, 'shm'))) unmount(join(run, 'shm')); });
  await Promise.all([attempt(() => parts.networks?.detach(id)), attempt(() => parts.volumes?.unmount(id))]);
  await attempt(() => rm(join(folders.sockets, id), { force: true }));
  await attempt(() => rm(run, { recursive: true, force: true }));
  // The exit file goes last: it is what a restarted engine looks at to know that this is still to be done.
  await attempt(() => rmSync(folders.exit(id), { force: true }));
  record.pid = 0;
  record.pidStartTicks = '';
  if (failures.length > 0) throw new AggregateError(failures, `cannot clean up after container ${id.slice(0, 12)} (runtime ${machine.runtime.name})`);
}

/** Without a process of its own: the dead container's state folder and empty cgroups are all that `crun delete` would remove. */
async function forgetInRuntime({ machine }: Parts, record: ContainerRecord): Promise<void> {
  const state = join(machine.runtime.stateRoot, record.id);
  const cgroup = cgroupOf(machine, record.id, record.hostConfig.CgroupParent);
  if (machine.runtime.name === 'crun' && machine.cgroupDriver === 'cgroupfs' && !machine.facts.rootless && cgroup.remove()) {
    await rm(state, { recursive: true, force: true });
    return;
  }
  if (existsSync(state)) await deleteContainer(machine.runtime, record.id);
  if (existsSync(state)) throw new System(`the runtime still keeps container ${record.id.slice(0, 12)}`);
}

/** A supervisor whose container never ran, or whose process we are about to kill. Checked by its command line: pids are used again. */
function killConmon(run: string, id: string): void {
  try {
    const pid = Number(readFileSync(join(run, 'conmon.pid'), 'utf8'));
    if (pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(id)) process.kill(pid, 'SIGKILL');
  } catch {
    // no supervisor, or it ended by itself: the usual case
  }
}
