// Views of containers.
import { IconBox } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [
  { path: '/containers', view: lazy(() => import('./containers-page.tsx')), nav: { label: 'containers:title', icon: IconBox, order: 10, list: 'containers' } },
  { path: '/containers/:host/:id/:tab?', view: lazy(() => import('./container-page.tsx')) },
  { path: '/logs/:host', view: lazy(() => import('./merged-logs-page.tsx')) },
];
