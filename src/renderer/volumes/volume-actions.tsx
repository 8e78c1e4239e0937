// What can be done to volumes, as data.
import { IconCalendarClock, IconCopy, IconDatabaseExport, IconLock, IconLockOpen, IconPlayerPlay, IconServerCog, IconTrash } from '@tabler/icons-react';
import { navigate } from 'wouter/use-browser-location';
import type { Action } from '../actions.ts';
import { hasOtherHost, openCopyDialog } from '../hosts/copy.tsx';
import { i18n } from '../i18n/i18n.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { attempt } from '../ui/notify.ts';
import { openBackupDialog, openCloneDialog, openScheduleDialog, openUnlockDialog } from './volume-dialogs.tsx';
import { isEncrypted, isLocked, shownName, type Volume } from './volume.ts';

async function remove(volumes: Volume[]): Promise<void> {
  const sure = await confirmDanger({
    title: i18n.t('volumes:remove.title', { count: volumes.length }),
    text: i18n.t('volumes:remove.text', { names: volumes.map(({ row }) => shownName(row)).join(', ') }),
    confirm: i18n.t('volumes:actions.remove'),
  });
  if (!sure) return;
  for (const { host, row } of volumes) await attempt(i18n.t('volumes:failed.remove', { name: shownName(row) }), () => rpc.volumes.remove({ host: host.id, name: row.Name }));
}

const one = (volumes: Volume[]) => volumes.length === 1;

export const runWith = ({ host, row }: Volume): void => navigate(`/containers?run=&host=${host.id}&volume=${encodeURIComponent(row.Name)}`);

export const volumeActions: Action<Volume>[] = [
  { id: 'unlock', label: 'volumes:actions.unlock', icon: IconLockOpen, appliesTo: (items) => one(items) && isLocked((items[0] as Volume).row), perform: ([volume]) => volume && openUnlockDialog(volume) },
  { id: 'backup', label: 'volumes:actions.backup', icon: IconDatabaseExport, appliesTo: (items) => one(items) && !isLocked((items[0] as Volume).row), perform: ([volume]) => volume && openBackupDialog(volume) },
  { id: 'run', label: 'volumes:actions.run', icon: IconPlayerPlay, appliesTo: (items) => one(items) && !isLocked((items[0] as Volume).row), perform: ([volume]) => volume && runWith(volume) },
  { id: 'schedule', label: 'volumes:actions.schedule', icon: IconCalendarClock, appliesTo: one, perform: ([volume]) => volume && openScheduleDialog(volume) },
  { id: 'clone', label: 'volumes:actions.clone', icon: IconCopy, appliesTo: (items) => one(items) && !isLocked((items[0] as Volume).row), perform: ([volume]) => volume && openCloneDialog(volume) },
  { id: 'move', label: 'hosts:copy.action', icon: IconServerCog, appliesTo: (items) => one(items) && hasOtherHost((items[0] as Volume).host), perform: ([volume]) => volume && openCopyDialog({ kind: 'volume', from: volume.host, name: volume.row.Name }) },
  {
    id: 'lock', label: 'volumes:actions.lock', icon: IconLock, appliesTo: (items) => one(items) && isEncrypted((items[0] as Volume).row) && !isLocked((items[0] as Volume).row),
    perform: async ([volume]) => void (volume && await attempt(i18n.t('volumes:failed.lock', { name: shownName(volume.row) }), () => rpc.volumes.lock({ host: volume.host.id, name: volume.row.Name }))),
  },
  { id: 'remove', label: 'volumes:actions.remove', icon: IconTrash, colour: 'red', shortcut: 'Delete', appliesTo: (items) => items.length > 0, perform: remove },
];
