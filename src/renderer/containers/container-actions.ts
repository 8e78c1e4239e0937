// What can be done to containers, as data.
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRefresh, IconServerCog, IconSkull, IconTrash, IconPlayerTrackNext } from '@tabler/icons-react';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { Action } from '../actions.ts';
import { hasOtherHost, openCopyDialog } from '../hosts/copy.tsx';
import { i18n } from '../i18n/i18n.ts';
import type { HostRow } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { createStore } from '../store.ts';
import { attempt } from '../ui/notify.ts';
import { askRemove } from './remove-question.tsx';
import { isAllowed, type Verb } from './state-machine.ts';

export type Container = HostRow<ContainerRow>;
type SimpleVerb = Exclude<Verb, 'remove'>;

/** When a stop was asked for, by row key, while it waits for the program to end. */
export const stopping = createStore<Record<string, number>>({});

export function nameOf(container: Container): string {
  return (container.row.Names[0] ?? container.row.Id.slice(0, 12)).replace(/^\//, '');
}

/** Compose names the project of a container in a label. */
export function projectOf(container: Container): string {
  return container.row.Labels?.['com.docker.compose.project'] ?? '';
}

/** The list tells health only inside its status text. */
export function healthOf(container: Container): 'healthy' | 'unhealthy' | 'starting' | undefined {
  const [, health] = /\((healthy|unhealthy|health: starting)\)/.exec(container.row.Status) ?? [];
  return health === 'health: starting' ? 'starting' : (health as 'healthy' | 'unhealthy' | undefined);
}

const allowed = (name: Verb, items: Container[]) => items.filter((item) => isAllowed(name, item.row.State));
/** A mixed selection offers what fits some of it, and does it to those. */
const can = (name: Verb) => (items: Container[]) => allowed(name, items).length > 0;

/** Many, because a stop mostly waits; bounded, because a thousand may be selected. */
const AT_ONCE = 32;

async function each(items: Container[], work: (item: Container) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item);
  }));
}

export const verb = (name: SimpleVerb) => async (items: Container[]) => {
  await each(allowed(name, items), async (item) => {
    if (name === 'stop' || name === 'restart') stopping.set((now) => ({ ...now, [item.key]: Date.now() }));
    try {
      await attempt(i18n.t(`containers:failed.${name}`, { name: nameOf(item) }), () => rpc.containers[name]({ host: item.host.id, id: item.row.Id }));
    } finally {
      stopping.set(({ [item.key]: _done, ...rest }) => rest);
    }
  });
};

async function remove(items: Container[]): Promise<void> {
  const running = items.filter((item) => ['running', 'paused', 'restarting'].includes(item.row.State));
  const wish = await askRemove(items.map(nameOf), running.map(nameOf));
  if (!wish) return;
  const isRunning = new Set(running);
  await each(items, (item) => attempt(i18n.t('containers:failed.remove', { name: nameOf(item) }), () => rpc.containers.remove({ host: item.host.id, id: item.row.Id, force: isRunning.has(item), volumes: wish.volumes })));
}

export const containerActions: Action<Container>[] = [
  { id: 'start', label: 'containers:actions.start', icon: IconPlayerPlay, shortcut: 'S', appliesTo: can('start'), perform: verb('start') },
  { id: 'stop', label: 'containers:actions.stop', icon: IconPlayerStop, shortcut: 'X', appliesTo: can('stop'), perform: verb('stop') },
  { id: 'restart', label: 'containers:actions.restart', icon: IconRefresh, shortcut: 'R', appliesTo: can('restart'), perform: verb('restart') },
  { id: 'pause', label: 'containers:actions.pause', icon: IconPlayerPause, shortcut: 'P', appliesTo: can('pause'), perform: verb('pause') },
  { id: 'unpause', label: 'containers:actions.unpause', icon: IconPlayerTrackNext, shortcut: 'P', appliesTo: can('unpause'), perform: verb('unpause') },
  { id: 'kill', label: 'containers:actions.kill', icon: IconSkull, shortcut: 'K', appliesTo: can('kill'), perform: verb('kill') },
  {
    id: 'migrate',
    label: 'hosts:copy.migrate',
    icon: IconServerCog,
    appliesTo: (items) => items.length === 1 && items[0] !== undefined && hasOtherHost(items[0].host),
    perform: ([item]) => item && openCopyDialog({ kind: 'container', from: item.host, id: item.row.Id, name: nameOf(item) }),
  },
  { id: 'remove', label: 'containers:actions.remove', icon: IconTrash, colour: 'red', shortcut: 'Delete', appliesTo: (items) => items.length > 0, perform: remove },
];
