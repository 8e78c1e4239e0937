// The first view.
import { IconLayoutDashboard } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [{ path: '/', view: view(() => import('./dashboard-page.tsx')), nav: { label: 'dashboard:title', icon: IconLayoutDashboard, order: 0 } }];
