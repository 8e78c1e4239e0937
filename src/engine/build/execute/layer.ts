// A layer in the making: snapshot, mount, work, unmount, commit. Whatever fails on the way, the snapshot and the mount are gone after it.
// A marker file per snapshot lets the next engine start remove what a killed engine left (`sweepLayers`).
import { lutimesSync, lstatSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../../base/ids.ts';
import type { ChainId } from '../../base/digest.ts';
import type { CommittedLayer, Snapshots } from '../../needs.ts';

export interface LayerMaker {
  /** Snapshot on `parent`; `work` may call `unmount` early to write below `upper` itself. Aborting is up to `work`. */
  make(parent: ChainId | null, work: (layer: OpenLayer) => Promise<void>, signal: AbortSignal): Promise<CommittedLayer>;
  /** The files of a committed stack, to read. Disposing unmounts. */
  view(chain: ChainId | null): Promise<{ rootfs: string } & AsyncDisposable>;
}

export interface OpenLayer { rootfs: string; upper: string; key: string; unmount(): Promise<void> }

/**
 * @param markers folder that holds a file per open snapshot
 * @param mounts folder for mount points
 * @param epochSeconds SOURCE_DATE_EPOCH: no file of a layer is younger
 */
export function layerMaker(snapshots: Snapshots, markers: string, mounts: string, epochSeconds: number | undefined): LayerMaker {
  const open = async (parent: ChainId | null) => {
    const key = `build-${randomId().slice(0, 24)}`;
    await mkdir(markers, { recursive: true });
    await writeFile(join(markers, key), '');
    const rootfs = join(mounts, key);
    const drop = async () => {
      await snapshots.unmount(rootfs);
      await snapshots.remove(key);
      await rmdir(rootfs).catch(() => {}); // mount makes it; a failed mount may not have come so far
      await rm(join(markers, key), { force: true });
    };
    try {
      await snapshots.prepare(key, parent);
      await snapshots.mount(key, rootfs);
    } catch (error) {
      await drop();
      throw error;
    }
    return { key, rootfs, drop };
  };
  return {
    async make(parent, work, signal) {
      const { key, rootfs, drop } = await open(parent);
      try {
        const { upper } = snapshots.paths(key);
        await work({ rootfs, upper, key, unmount: () => snapshots.unmount(rootfs) });
        await snapshots.unmount(rootfs);
        signal.throwIfAborted();
        if (epochSeconds !== undefined) clampTimes(upper, epochSeconds);
        return await snapshots.commit(key, { consume: true, signal });
      } finally {
        await drop();
      }
    },
    async view(chain) {
      const { rootfs, drop } = await open(chain);
      return { rootfs, [Symbol.asyncDispose]: drop };
    },
  };
}

/** Removes what a killed engine left of its layers. */
export async function sweepLayers(snapshots: Snapshots, markers: string, mounts: string): Promise<void> {
  const keys = await readdir(markers).catch(() => []); // no folder: no build ever ran
  for (const key of keys) {
    await snapshots.unmount(join(mounts, key));
    await snapshots.remove(key);
    await rm(join(markers, key), { force: true });
  }
}

function clampTimes(path: string, epochSeconds: number): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) clampTimes(join(path, name), epochSeconds);
  if (stats.mtimeMs > epochSeconds * 1000) lutimesSync(path, epochSeconds, epochSeconds);
}
