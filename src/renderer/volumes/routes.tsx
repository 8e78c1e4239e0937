// Views of volumes, and their list in the live cache.
import { IconDatabase } from '@tabler/icons-react';
import type { VolumeRow } from '../../main/contract/volumes.ts';
import { registerList } from '../queries.ts';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';
import { rpc } from '../rpc.ts';

declare module '../queries.ts' {
  interface ListRows { volumes: VolumeRow }
}
registerList('volumes', (host, signal) => rpc.volumes.list({ host }, { signal }), (row) => row.Name);

export const routes: ViewRoute[] = [
  { path: '/volumes', view: view(() => import('./volumes-page.tsx')), nav: { label: 'volumes:title', icon: IconDatabase, order: 30 } },
  { path: '/volumes/:host/:name', view: view(() => import('./volume-page.tsx')) },
];
