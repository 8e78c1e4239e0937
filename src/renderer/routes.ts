// Every view of the app. A subject folder has a `routes.tsx` that exports `routes`; it is found here, so no list is shared.
// Views load when first shown, or when there is nothing else to do.
import type { Icon } from '@tabler/icons-react';
import type { View } from './view.tsx';

export interface ViewRoute {
  /** wouter pattern, e.g. `/images/:host/:id` */
  path: string;
  view: View;
  /** present: it is in the navigation. Lower orders come first; see the frame's README for the numbers in use. */
  nav?: { label: string; icon: Icon; order: number; section?: 'main' | 'bottom'; list?: 'containers' | 'images' };
}

const modules = import.meta.glob<{ routes: ViewRoute[] }>('./*/routes.tsx', { eager: true });

export const routes: ViewRoute[] = Object.values(modules).flatMap((module) => module.routes);

export const navigation = routes
  .flatMap((route) => (route.nav ? [{ ...route.nav, path: route.path, section: route.nav.section ?? 'main' }] : []))
  .toSorted((a, b) => a.order - b.order);
