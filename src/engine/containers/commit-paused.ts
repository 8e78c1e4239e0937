// `docker commit` stops the container's processes while its layer is copied, so that files are not half written.
import type { ContainerConfig } from '@docker/node-sdk';
import { cgroupOf } from './cgroup.ts';
import { commitContainer, type ApplyChanges, type CommitOptions } from './commit.ts';
import type { Container } from './container.ts';
import { publish, type Parts } from './parts.ts';

export async function commitWhilePaused(parts: Parts, container: Container, options: CommitOptions & { pause: boolean }, applyChanges: ApplyChanges): Promise<string> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    const cgroup = cgroupOf(parts.machine, record.id, record.hostConfig.CgroupParent);
    const freezes = options.pause && record.state === 'running';
    if (freezes) {
      await cgroup.freeze(true);
      publish(parts, container, 'pause');
    }
    try {
      const config: ContainerConfig = { ...record.config };
      const image = await commitContainer({ snapshotKey: record.id, imageId: record.imageId, config, args: record.args }, options, { images: parts.images, snapshots: parts.snapshots, applyChanges });
      publish(parts, container, 'commit', { comment: options.comment, imageID: image.id, imageRef: options.reference ?? '' });
      return image.id;
    } finally {
      if (freezes) {
        await cgroup.freeze(false);
        publish(parts, container, 'unpause');
      }
    }
  });
}
