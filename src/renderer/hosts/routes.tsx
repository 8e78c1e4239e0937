// Views of hosts.
import { IconServer2 } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [
  { path: '/hosts', view: lazy(() => import('./hosts-page.tsx')), nav: { label: 'hosts:title', icon: IconServer2, order: 80, section: 'bottom' } },
  { path: '/hosts/:host/terminal', view: lazy(() => import('./host-terminal-page.tsx')) },
];
