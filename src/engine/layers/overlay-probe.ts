// One real overlay mount at the engine's start: a kernel without overlay, or a data root that cannot carry one, is better told
// then than by the first container. Costs about a millisecond.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileSystemName } from '../kernel/file-system-name.ts';
import { mountOverlay, unmount, type OverlayOptions } from '../kernel/mounts.ts';
import { System } from '../wire/errors.ts';

/** @throws System that says what to do */
export function proveOverlay(root: string, flags: OverlayOptions['flags']): void {
  const folder = join(root, 'overlay-probe');
  const [lower, upper, work, target] = ['lower', 'upper', 'work', 'target'].map((name) => join(folder, name)) as [string, string, string, string];
  for (const path of [lower, upper, work, target]) mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    mountOverlay(target, { lower: [lower], upper, work, flags });
    unmount(target);
  } catch (error) {
    throw new System(advice(root), { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function advice(root: string): string {
  if (!/\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))) return 'this kernel has no overlay file system, which images need: try `modprobe overlay`, or use another kernel';
  return `the data root ${root} lies on ${fileSystemName(root)}, where overlay mounts do not work here: choose another with --data-root, on ext4, xfs, btrfs or tmpfs`;
}
