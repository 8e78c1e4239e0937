// Settings of the app.
import { IconSettings } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [{ path: '/settings', view: lazy(() => import('./settings-page.tsx')), nav: { label: 'settings:title', icon: IconSettings, order: 90, section: 'bottom' } }];
