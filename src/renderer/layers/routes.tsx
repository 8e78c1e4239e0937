// Views of the layer explorer.
import { IconStack3 } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [
  { path: '/layers', view: view(() => import('./layers-page.tsx')), nav: { label: 'layers:title', icon: IconStack3, order: 25 } },
  { path: '/layers/session/:session', view: view(() => import('./session-page.tsx')) },
  { path: '/layers/registry/:host/:reference', view: view(() => import('./remote-page.tsx')) },
  { path: '/images/:host/:id/layers', view: view(() => import('./image-layers-page.tsx')) },
];
