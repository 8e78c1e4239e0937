// What can be done to networks, as data.
import { IconPlugConnected, IconTrash } from '@tabler/icons-react';
import type { Action } from '../actions.ts';
import { i18n } from '../i18n/i18n.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { attempt } from '../ui/notify.ts';
import { openConnectDialog } from './connect-dialog.tsx';
import { isPredefined, type Network } from './network.ts';

async function remove(networks: Network[]): Promise<void> {
  const sure = await confirmDanger({
    title: i18n.t('networks:remove.title', { count: networks.length }),
    text: i18n.t('networks:remove.text', { names: networks.map(({ row }) => row.Name).join(', ') }),
    confirm: i18n.t('networks:actions.remove'),
  });
  if (!sure) return;
  for (const { host, row } of networks) await attempt(i18n.t('networks:failed.remove', { name: row.Name }), () => rpc.networks.remove({ host: host.id, id: row.Id }));
}

export const networkActions: Action<Network>[] = [
  { id: 'connect', label: 'networks:actions.connect', icon: IconPlugConnected, appliesTo: (items) => items.length === 1 && !['host', 'none'].includes(items[0]?.row.Name ?? ''), perform: ([network]) => network && openConnectDialog(network) },
  { id: 'remove', label: 'networks:actions.remove', icon: IconTrash, colour: 'red', shortcut: 'Delete', appliesTo: (items) => items.length > 0 && items.every(({ row }) => !isPredefined(row)), perform: remove },
];
