// Views of containers.
import { IconBox } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [
  { path: '/containers', view: view(() => import('./containers-page.tsx')), nav: { label: 'containers:title', icon: IconBox, order: 10, list: 'containers' } },
  { path: '/containers/:host/:id/:tab?', view: view(() => import('./container-page.tsx')) },
  { path: '/logs/:host', view: view(() => import('./merged-logs-page.tsx')) },
];
