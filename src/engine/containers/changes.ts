// GET /containers/{id}/changes: what a container changed, without the files that starting it puts there as mount points.
import type { Change } from '../needs.ts';
import type { Container } from './container.ts';
import type { Parts } from './parts.ts';

/** The runtime makes these, empty, to mount on; docker hides them too. */
const MOUNT_POINTS = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/dev', '/dev/console', '/dev/pts', '/dev/shm', '/dev/mqueue', '/proc', '/sys', '/sys/fs', '/sys/fs/cgroup', '/sbin/docker-init']);

export async function changesOf(parts: Parts, container: Container): Promise<{ Path: string; Kind: number }[]> {
  const changes: Change[] = [];
  const points = new Set([...MOUNT_POINTS, ...container.record.mounts.map((mount) => mount.Destination ?? '')]);
  for await (const change of parts.snapshots.changes(container.id)) if (!(change.kind !== 2 && points.has(change.path))) changes.push(change);
  // `/etc` counts as changed only because of them when nothing else below it changed.
  const parents = new Set(changes.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  const touched = new Set([...MOUNT_POINTS].map((path) => path.slice(0, path.lastIndexOf('/'))));
  return changes.filter(({ path, kind }) => kind !== 0 || !touched.has(path) || parents.has(path)).map(({ path, kind }) => ({ Path: path, Kind: kind }));
}
