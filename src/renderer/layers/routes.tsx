// Views of the layer explorer.
import { IconStack3 } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [
  { path: '/layers', view: lazy(() => import('./layers-page.tsx')), nav: { label: 'layers:title', icon: IconStack3, order: 25 } },
  { path: '/layers/session/:session', view: lazy(() => import('./session-page.tsx')) },
  { path: '/images/:host/:id/layers', view: lazy(() => import('./image-layers-page.tsx')) },
];
