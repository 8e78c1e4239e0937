// The containers of this engine: opens the store, finds what runs, watches for ends. The verbs are functions of their own files that
// take `parts`; routes call them.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBus } from '../base/events.ts';
import { keyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import type { ContainerNetworks, ContainerVolumes, Images, RunStep, Snapshots } from '../needs.ts';
import { watchExits } from './exit.ts';
import { containerFolders } from './folders.ts';
import { probeMachine, type Machine } from './machine.ts';
import type { Parts } from './parts.ts';
import { isUp } from './record.ts';
import { restoreContainers } from './restore.ts';
import { createRunStep } from './run-step.ts';
import { openSeccompCache } from './seccomp-cache.ts';
import { ContainerStore } from './store.ts';

export interface ContainersOptions {
  dataRoot: string;
  runRoot: string;
  events: EventBus;
  log: Log;
  images: Images;
  snapshots: Snapshots;
  networks?: ContainerNetworks | undefined;
  volumes?: ContainerVolumes | undefined;
  /** of the engine: how a user's service manager is reached */
  environment: Readonly<Record<string, string | undefined>>;
}

export interface Containers extends AsyncDisposable {
  parts: Parts;
  runStep: RunStep;
  machine: Machine;
  counts(): { containers: number; running: number; paused: number; stopped: number };
  /** Finds running containers again and finishes what a crash left; call it once networks and volumes are open. */
  restore(): Promise<void>;
}

/** @throws Unavailable when no runtime works here */
export async function openContainers(options: ContainersOptions): Promise<Containers> {
  const { dataRoot, runRoot, events, log } = options;
  const folders = containerFolders(dataRoot, runRoot);
  await Promise.all([folders.data(), folders.run(), folders.exits, folders.sockets, join(runRoot, 'steps')].map((path) => mkdir(path, { recursive: true, mode: 0o711 })));
  const store = new ContainerStore(folders);
  const [machine, halfMade] = await Promise.all([probeMachine({ runRoot, log, environment: options.environment }), store.load(log)]);
  const seccomp = openSeccompCache(join(dataRoot, 'seccomp'), machine.runtime);
  const closing = new AbortController();
  const parts: Parts = {
    folders, log, events, machine, seccomp, store, images: options.images, snapshots: options.snapshots, networks: options.networks, volumes: options.volumes,
    locks: keyedLocks(), background: new Set(), closing: closing.signal,
  };
  let exits: Disposable | undefined;
  return {
    parts,
    machine,
    runStep: createRunStep({ machine, seccomp, runRoot, networks: options.networks }),
    counts() {
      const all = store.all();
      const paused = all.filter(({ record }) => record.state === 'paused').length;
      const running = all.filter(({ record }) => isUp(record)).length - paused;
      return { containers: all.length, running, paused, stopped: all.length - running - paused };
    },
    async restore() {
      await restoreContainers(parts, halfMade);
      exits = await watchExits(parts);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      exits?.[Symbol.dispose]();
      for (const container of store.all()) container.letGo();
      await Promise.allSettled(parts.background);
    },
  };
}
