// Settings of the app.
import { IconSettings } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [{ path: '/settings', view: view(() => import('./settings-page.tsx')), nav: { label: 'settings:title', icon: IconSettings, order: 90, section: 'bottom' } }];
