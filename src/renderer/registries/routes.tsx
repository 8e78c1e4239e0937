// Views of registries.
import { IconBuildingWarehouse } from '@tabler/icons-react';
import type { ViewRoute } from '../routes.ts';
import { view } from '../view.tsx';

export const routes: ViewRoute[] = [{ path: '/registries', view: view(() => import('./registries-page.tsx')), nav: { label: 'registries:title', icon: IconBuildingWarehouse, order: 60 } }];
