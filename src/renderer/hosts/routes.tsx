// Views of hosts.
import { IconServer2 } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [
  { path: '/hosts', view: view(() => import('./hosts-page.tsx')), nav: { label: 'hosts:title', icon: IconServer2, order: 80, section: 'bottom' } },
  { path: '/hosts/:host/terminal', view: view(() => import('./host-terminal-page.tsx')) },
];
