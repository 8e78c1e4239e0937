// Backups, restores and clones as tasks of the tray: progress, cancel, result.
import type { BackupEntry, BackupMode, VolumeProgress } from '../../main/contract/volumes.ts';
import { trayOpen } from '../frame/task-tray.tsx';
import { i18n } from '../i18n/i18n.ts';
import { rpc } from '../rpc.ts';
import { runTask } from '../tasks.ts';
import { notifyDone } from '../ui/notify.ts';
import { refreshVolumeFacts } from './use-volumes.ts';

export const startBackup = (host: string, volume: string, mode: BackupMode) =>
  follow({ host, title: i18n.t('volumes:tasks.backup', { name: volume }), done: i18n.t('volumes:tasks.backedUp', { name: volume }), href: `/volumes/${host}/${encodeURIComponent(volume)}` },
    (signal) => rpc.volumes.backup({ host, name: volume, mode }, { signal }));

export const startRestore = (entry: BackupEntry, host: string, target: string, replace: boolean) =>
  follow({ host, title: i18n.t('volumes:tasks.restore', { name: target }), done: i18n.t('volumes:tasks.restored', { name: target }), href: `/volumes/${host}/${encodeURIComponent(target)}` },
    (signal) => rpc.volumes.restore({ id: entry.id, host, target, replace }, { signal }));

export const startClone = (host: string, volume: string, target: string) =>
  follow({ host, title: i18n.t('volumes:tasks.clone', { name: volume, target }), done: i18n.t('volumes:tasks.cloned', { name: volume, target }), href: `/volumes/${host}/${encodeURIComponent(target)}` },
    (signal) => rpc.volumes.clone({ host, name: volume, target }, { signal }));

async function follow(about: { host: string; title: string; done: string; href: string }, start: (signal: AbortSignal) => Promise<AsyncIterable<VolumeProgress>>): Promise<void> {
  trayOpen.set(true);
  const result = await runTask(about, async ({ signal, update }) => {
    const startedMs = performance.now();
    for await (const { phase, bytes, totalBytes } of await start(signal)) {
      const seconds = (performance.now() - startedMs) / 1000;
      update({ status: i18n.t(`volumes:phases.${phase}`), ...(bytes !== undefined && { current: bytes, bytesPerSecond: bytes / Math.max(seconds, 0.1) }), ...(totalBytes !== undefined && { total: totalBytes }) });
    }
    return true;
  });
  refreshVolumeFacts();
  if (result) notifyDone(about.done);
}
