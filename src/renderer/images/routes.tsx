// Views of images.
import { IconStack2 } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [
  { path: '/images', view: view(() => import('./images-page.tsx')), nav: { label: 'images:title', icon: IconStack2, order: 20, list: 'images' } },
  { path: '/images/space', view: view(() => import('./space-page.tsx')) },
  { path: '/images/:host/:id', view: view(() => import('./image-page.tsx')) },
];
