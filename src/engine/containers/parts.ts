// What every verb of containers works with. Built once by `containers.ts`.
import type { EventBus } from '../base/events.ts';
import type { KeyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import type { ContainerNetworks, ContainerVolumes, Images, Snapshots } from '../needs.ts';
import type { Container } from './container.ts';
import type { Folders } from './folders.ts';
import type { Machine } from './machine.ts';
import type { SeccompCache } from './seccomp-cache.ts';
import type { ContainerStore } from './store.ts';

export interface Parts {
  folders: Folders;
  log: Log;
  events: EventBus;
  machine: Machine;
  images: Images;
  snapshots: Snapshots;
  /** undefined: only the network modes none, host and container:ID */
  networks: ContainerNetworks | undefined;
  volumes: ContainerVolumes | undefined;
  seccomp: SeccompCache;
  store: ContainerStore;
  /** one verb at a time changes a container */
  locks: KeyedLocks;
  /** work that goes on behind an answer: awaited when the engine closes */
  background: Set<Promise<void>>;
  /** aborted when the engine closes: timers stop, containers stay */
  closing: AbortSignal;
}

/** `container` event with Docker's attributes: labels, name, image and what the action adds. */
export function publish(parts: Parts, container: Container, action: string, extra: Record<string, string> = {}): void {
  const { id, name, image, config } = container.record;
  parts.events.publish('container', action, id, { ...config.Labels, ...extra, image, name });
}

/** Runs work nobody waits for; its failure is logged. */
export function inBackground(parts: Parts, what: string, id: string, work: () => Promise<void>): void {
  const promise = work().catch((error: unknown) => {
    if (!parts.closing.aborted) parts.log.error(what, { id, error });
  }).finally(() => parts.background.delete(promise));
  parts.background.add(promise);
}
