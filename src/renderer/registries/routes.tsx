// Views of registries.
import { IconBuildingWarehouse } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ViewRoute } from '../routes.ts';

export const routes: ViewRoute[] = [{ path: '/registries', view: lazy(() => import('./registries-page.tsx')), nav: { label: 'registries:title', icon: IconBuildingWarehouse, order: 60 } }];
