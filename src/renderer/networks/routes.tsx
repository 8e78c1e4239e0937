// Views of networks, and their list in the live cache.
import { IconNetwork } from '@tabler/icons-react';
import type { NetworkRow } from '../../main/contract/networks.ts';
import { registerList } from '../queries.ts';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';
import { rpc } from '../rpc.ts';

declare module '../queries.ts' {
  interface ListRows { networks: NetworkRow }
}
registerList('networks', (host, signal) => rpc.networks.list({ host }, { signal }), (row) => row.Id);

export const routes: ViewRoute[] = [
  { path: '/networks', view: view(() => import('./networks-page.tsx')), nav: { label: 'networks:title', icon: IconNetwork, order: 40 } },
  { path: '/networks/:host/:id', view: view(() => import('./network-page.tsx')) },
];
