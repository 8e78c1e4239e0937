// The control group of a container: where it is, freezing, out-of-memory kills, cleaning up. Reads and writes the kernel's files directly.
// cgroup v1 has one folder a controller, v2 one for all (Documentation/admin-guide/cgroup-v1, cgroup-v2.rst).
import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { System } from '../wire/errors.ts';
import type { Machine } from './machine.ts';

const ROOT = '/sys/fs/cgroup';
const CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'hugetlb', 'systemd', 'net_cls', 'net_prio', 'perf_event', 'rdma', 'misc', 'unified'];
/** The state is reached within a millisecond unless a task sleeps in the kernel. */
const FREEZE_TRIES = 500;

export interface Cgroup {
  /** `linux.cgroupsPath` for the spec */
  specPath: string;
  /** text of a controller's file; empty when there is none. v2 has all files in one folder. */
  read(controller: string, file: string): string;
  /** @throws System when there is no such controller or the kernel refuses the value */
  write(controller: string, file: string, text: string): void;
  /** @throws System when the tasks do not reach the state */
  freeze(frozen: boolean): Promise<void>;
  isFrozen(): boolean;
  oomKilled(): boolean;
  pids(): number[];
  /** Removes the empty folders. @returns false when something is still in one of them */
  remove(): boolean;
}

export function cgroupOf(machine: Pick<Machine, 'cgroupDriver' | 'cgroupBase' | 'facts'>, id: string, parent?: string): Cgroup {
  const v2 = machine.facts.cgroupVersion === 2;
  const systemd = machine.cgroupDriver === 'systemd';
  const slice = parent || (machine.facts.rootless ? 'user.slice' : 'system.slice');
  const path = systemd ? `${machine.cgroupBase}${slicePath(slice)}/gantry-${id}.scope` : `${(parent || '/gantry').replace(/^\/*/, '/').replace(/\/+$/, '')}/${id}`;
  const folder = (controller: string) => (v2 ? join(ROOT, path) : join(ROOT, controller, path));
  const read = (controller: string, file: string): string => {
    try {
      return readFileSync(join(folder(controller), file), 'utf8');
    } catch {
      return ''; // no such controller here, or the container is gone
    }
  };
  return {
    specPath: systemd ? `${slice}:gantry:${id}` : path,
    read,
    write(controller, file, text) {
      try {
        writeFileSync(join(folder(controller), file), text);
      } catch (error) {
        throw new System(`cannot write ${text} to the control group's ${file}`, { cause: error });
      }
    },
    async freeze(frozen) {
      const [file, wish] = v2 ? ['cgroup.freeze', frozen ? '1' : '0'] : ['freezer.state', frozen ? 'FROZEN' : 'THAWED'];
      try {
        writeFileSync(join(folder('freezer'), file), wish);
      } catch (error) {
        throw new System(`cannot ${frozen ? 'pause' : 'unpause'} the container`, { cause: error });
      }
      for (let tries = 0; tries < FREEZE_TRIES; tries++) {
        const state = v2 ? (/^frozen (\d)/m.exec(read('freezer', 'cgroup.events'))?.[1] ?? '') : read('freezer', file).trim();
        if (state === wish) return;
        await sleep(1);
      }
      throw new System(`the container did not ${frozen ? 'freeze' : 'thaw'}`);
    },
    isFrozen: () => (v2 ? read('', 'cgroup.freeze') : read('freezer', 'freezer.self_freezing')).trim() === '1',
    oomKilled: () => Number(/^oom_kill (\d+)/m.exec(v2 ? read('memory', 'memory.events') : read('memory', 'memory.oom_control'))?.[1] ?? 0) > 0,
    pids: () => read(v2 ? '' : 'pids', 'cgroup.procs').split('\n').filter(Boolean).map(Number),
    remove() {
      if (systemd) return !existsSync(folder(''));
      let gone = true;
      for (const controller of v2 ? [''] : CONTROLLERS) {
        try {
          rmdirSync(folder(controller));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') gone = false;
        }
      }
      return gone;
    },
  };
}

/** `a-b.slice` is kept in `a.slice/a-b.slice` (systemd.slice(5)). */
function slicePath(slice: string): string {
  const parts = slice.replace(/\.slice$/, '').split('-');
  return `/${parts.map((_, index) => `${parts.slice(0, index + 1).join('-')}.slice`).join('/')}`;
}
