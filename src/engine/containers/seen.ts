// Containers as the other domains see them: who uses an image, a network, a volume, and whom statistics watch.
import type { Digest } from '../base/digest.ts';
import type { NetworkUsers, VolumeUser } from '../needs.ts';
import { NotFound } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { networked } from './create.ts';
import type { Parts } from './parts.ts';
import { isUp } from './record.ts';
import type { Watched } from './stats.ts';

export const imageUsers = (all: readonly Container[]): { id: string; imageId: Digest; isRunning: boolean }[] =>
  all.map(({ record }) => ({ id: record.id, imageId: record.imageId as Digest, isRunning: isUp(record) }));

export const volumeUsers = (all: readonly Container[]): VolumeUser[] =>
  all.map(({ record }) => ({ id: record.id, name: record.name, isRunning: isUp(record), points: record.mounts }));

export const watched = ({ record }: Container): Watched => ({ id: record.id, name: `/${record.name}`, pid: record.pid });

/** Before the containers are open there are none. */
export function networkUsers(parts: Parts | undefined): NetworkUsers {
  const seen = (container: Container, of: Parts) => ({ ...networked(of, container.record), isRunning: isUp(container.record), pid: container.record.pid });
  return {
    find(idOrName) {
      if (!parts) throw new NotFound(`No such container: ${idOrName}`);
      return seen(parts.store.find(idOrName), parts);
    },
    list: () => (parts ? parts.store.all().map((container) => seen(container, parts)) : []),
    exclusively: (containerId, work) => (parts ? parts.locks.run(containerId, work) : work()),
    async saveEndpoints(containerId, endpoints) {
      const container = parts?.store.byId(containerId);
      if (!container || !parts) return;
      container.record.endpoints = endpoints;
      await parts.store.save(container);
    },
  };
}
