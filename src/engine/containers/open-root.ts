// The files of a container, running or not, for copies and exports. A stopped container's layer is mounted meanwhile and the container
// stays locked, because two mounts of one writable layer at once have no defined outcome.
import type { ContainerRoot } from './container-root.ts';
import type { Container } from './container.ts';
import type { Parts } from './parts.ts';
import { isUp } from './record.ts';

/** @param calledName what the caller called it: errors say the same */
export async function openContainerRoot(parts: Parts, container: Container, calledName: string): Promise<ContainerRoot> {
  const { record } = container;
  const mounts = record.mounts.map((point) => ({ destination: point.Destination ?? '', source: point.Source ?? '', isReadonly: point.RW === false }));
  const base = { name: calledName, isReadonly: record.hostConfig.ReadonlyRootfs === true };
  const rootfs = parts.folders.rootfs(record.id);
  if (isUp(record)) {
    // Read-only mounts are refused by the kernel itself here: the container's own mounts are seen.
    return { ...base, root: `/proc/${record.pid}/root`, rootfs, mounts: mounts.filter(({ isReadonly }) => isReadonly), [Symbol.asyncDispose]: async () => {} };
  }
  const closed = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const done = parts.locks.run(record.id, async () => {
    try {
      await parts.snapshots.mount(record.id, rootfs);
      opened.resolve();
      await closed.promise;
    } catch (error) {
      opened.reject(error as Error);
    } finally {
      await parts.snapshots.unmount(rootfs);
    }
  });
  await opened.promise;
  return {
    ...base, root: rootfs, rootfs, mounts,
    async [Symbol.asyncDispose]() {
      closed.resolve();
      await done;
    },
  };
}
