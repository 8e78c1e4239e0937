// Views of images.
import { IconStack2 } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [
  { path: '/images', view: lazy(() => import('./images-page.tsx')), nav: { label: 'images:title', icon: IconStack2, order: 20, list: 'images' } },
  { path: '/images/space', view: lazy(() => import('./space-page.tsx')) },
  { path: '/images/:host/:id', view: lazy(() => import('./image-page.tsx')) },
];
