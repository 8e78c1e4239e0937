// Views of builds. The engine says when a build begins or ends; then its host's list is read again.
import { IconHammer } from '@tabler/icons-react';
import type { BuildRow } from '../../main/contract/builds.ts';
import { onEngineEvent } from '../live.ts';
import { queryClient, registerList } from '../queries.ts';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';
import { rpc } from '../rpc.ts';

declare module '../queries.ts' { interface ListRows { builds: BuildRow } }

registerList('builds', (host, signal) => rpc.builds.list({ host }, { signal }), (row) => row.id);
onEngineEvent((host, event) => {
  if (event.Type === 'builder') void queryClient.invalidateQueries({ queryKey: [host, 'builds', 'list'] });
});

export const routes: ViewRoute[] = [
  { path: '/builds', view: view(() => import('./builds-page.tsx')), nav: { label: 'builds:title', icon: IconHammer, order: 50 } },
  { path: '/builds/new', view: view(() => import('./new-build-page.tsx')) },
  { path: '/builds/:host/:id', view: view(() => import('./build-page.tsx')) },
  { path: '/builds/:host/:first/compare/:second', view: view(() => import('./compare-page.tsx')) },
];
