// `docker commit`: what a container changed becomes a layer on top of its image.
import type { ContainerConfig } from '@docker/node-sdk';
import type { Digest } from '../base/digest.ts';
import type { Image, Images, Snapshots } from '../needs.ts';

export interface CommitSource {
  /** key of the container's writable snapshot */
  snapshotKey: string;
  imageId: string;
  config: ContainerConfig;
  /** entrypoint and command, for the history */
  args: readonly string[];
}

export interface CommitOptions {
  /** the new image's tag */
  reference?: string;
  comment: string;
  author: string;
  /** replaces fields of the container's configuration */
  config?: ContainerConfig | undefined;
  changes: readonly string[];
  signal: AbortSignal;
}

export type ApplyChanges = (config: ContainerConfig, changes: readonly string[]) => ContainerConfig;

interface CommitNeeds {
  images: Images;
  snapshots: Snapshots;
  applyChanges: ApplyChanges;
}

/** Fields that describe the container, not what should run in the next one. */
const OWN_FIELDS = ['Hostname', 'Domainname', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin', 'StdinOnce', 'Image', 'MacAddress', 'NetworkDisabled'] as const;

/** Makes the image. The container stays as it is; whether it is paused meanwhile is the caller's decision. @throws InvalidParameter for a bad change */
export async function commitContainer(source: CommitSource, options: CommitOptions, { images, snapshots, applyChanges }: CommitNeeds): Promise<Image> {
  const base = images.resolve(source.imageId);
  const given = Object.fromEntries(Object.entries(options.config ?? {}).filter(([, value]) => isSet(value)));
  const merged: ContainerConfig = { ...source.config, ...given };
  const kept = { ...merged };
  for (const field of OWN_FIELDS) delete kept[field];
  const config = applyChanges(kept, options.changes); // before the layer is made: a bad change leaves nothing
  const layer = await snapshots.commit(source.snapshotKey, { consume: false, signal: options.signal });
  const created = new Date().toISOString();
  return images.create({
    ...base.config,
    created,
    author: options.author,
    comment: options.comment,
    config,
    container_config: merged,
    rootfs: { type: 'layers', diff_ids: [...base.config.rootfs.diff_ids, layer.diffId] },
    history: [...(base.config.history ?? []), {
      created, created_by: source.args.join(' '),
      ...(options.author && { author: options.author }), ...(options.comment && { comment: options.comment }),
    }],
  }, { parent: base.id as Digest, ...(options.reference !== undefined && { references: [options.reference] }) });
}

const isSet = (value: unknown): boolean => value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0) && !(typeof value === 'object' && Object.keys(value ?? {}).length === 0);
