// The first view.
import { IconLayoutDashboard } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [{ path: '/', view: lazy(() => import('./dashboard-page.tsx')), nav: { label: 'dashboard:title', icon: IconLayoutDashboard, order: 0 } }];
