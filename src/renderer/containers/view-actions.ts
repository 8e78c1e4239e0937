// Where one can go from a container, or several, in the list: as actions, so that menu, keys and palette offer them too.
import { IconChartLine, IconFiles, IconFileText, IconTerminal2, type Icon } from '@tabler/icons-react';
import type { Action } from '../actions.ts';
import type { Container } from './container-actions.ts';

const TABS: { tab: string; icon: Icon; shortcut: string }[] = [
  { tab: 'logs', icon: IconFileText, shortcut: 'L' },
  { tab: 'terminal', icon: IconTerminal2, shortcut: 'T' },
  { tab: 'files', icon: IconFiles, shortcut: 'F' },
  { tab: 'stats', icon: IconChartLine, shortcut: 'U' },
];
/** One base-36 digit names a container in a merged log (main/logs/spool.ts). */
const MOST_MERGED = 36;

export function viewActions(go: (path: string) => void): Action<Container>[] {
  return [
    ...TABS.map(({ tab, icon, shortcut }): Action<Container> => ({ id: `view ${tab}`, label: `container:tabs.${tab}`, icon, shortcut, appliesTo: (items) => items.length === 1, perform: ([item]) => item && go(`/containers/${item.host.id}/${item.row.Id}/${tab}`) })),
    {
      id: 'logs', label: 'containers:actions.logs', icon: IconFileText, shortcut: 'L',
      appliesTo: (items) => items.length > 1 && items.length <= MOST_MERGED && items.every((item) => item.host.id === items[0]?.host.id),
      perform: (items) => go(`/logs/${items[0]?.host.id}?ids=${items.map((item) => item.row.Id.slice(0, 12)).join(',')}`),
    },
  ];
}
