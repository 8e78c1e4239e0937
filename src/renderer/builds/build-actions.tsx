// What can be done with builds, from a row, the selection bar and the palette.
import { IconArrowsDiff, IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import { navigate } from 'wouter/use-browser-location';
import type { BuildOptions, BuildRow, BuildSource } from '../../main/contract/builds.ts';
import type { Action } from '../actions.ts';
import { i18n } from '../i18n/i18n.ts';
import { queryClient, type HostRow } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { attempt } from '../ui/notify.ts';

export type Build = HostRow<BuildRow>;

export const buildName = ({ row }: Pick<Build, 'row'>): string => row.request.tags[0] ?? row.id.slice(0, 12);

export const refreshBuilds = (host: string): Promise<void> => queryClient.invalidateQueries({ queryKey: [host, 'builds', 'list'] });

/** The options a build was started with; secrets are kept nowhere and have to be given again. */
export function optionsOf(row: BuildRow): BuildOptions {
  const { request } = row;
  return { tags: request.tags, dockerfile: request.dockerfile, target: request.target, platform: request.platform, args: request.buildArgs, labels: {}, noCache: request.noCache, pull: request.pull, network: 'default', secrets: {} };
}

/** Starts a build and opens its view. */
export async function startBuild(host: string, source: BuildSource, options: BuildOptions): Promise<boolean> {
  return attempt(i18n.t('builds:failed.start'), async () => {
    const { id } = await rpc.builds.start({ host, source, options });
    await refreshBuilds(host);
    navigate(`/builds/${host}/${id}`);
  });
}

export const buildActions: Action<Build>[] = [
  {
    id: 'cancel', label: 'builds:actions.cancel', icon: IconPlayerStop, appliesTo: (items) => items.length > 0 && items.every(({ row }) => row.state === 'running'),
    perform: async (items) => {
      for (const { host, row } of items) await attempt(i18n.t('builds:failed.cancel'), () => rpc.builds.cancel({ host: host.id, id: row.id }));
    },
  },
  {
    id: 'rebuild', label: 'builds:actions.rebuild', icon: IconRefresh, appliesTo: (items) => items.length === 1 && items[0]?.row.source !== null && items[0]?.row.state !== 'running',
    perform: async ([item]) => {
      if (item?.row.source) await startBuild(item.host.id, item.row.source, optionsOf(item.row));
    },
  },
  {
    id: 'compare', label: 'builds:actions.compare', icon: IconArrowsDiff, appliesTo: (items) => items.length === 2 && items[0]?.host.id === items[1]?.host.id,
    perform: (items) => {
      const [first, second] = [...items].sort((a, b) => a.row.startedAtMs - b.row.startedAtMs);
      if (first && second) navigate(`/builds/${first.host.id}/${first.row.id}/compare/${second.row.id}`);
    },
  },
  {
    id: 'remove', label: 'builds:actions.remove', icon: IconTrash, colour: 'red', shortcut: 'Delete', appliesTo: (items) => items.length > 0 && items.every(({ row }) => row.state !== 'running'),
    perform: async (items) => {
      for (const { host, row } of items) await attempt(i18n.t('builds:failed.remove'), () => rpc.builds.remove({ host: host.id, id: row.id }));
      for (const host of new Set(items.map((item) => item.host.id))) await refreshBuilds(host);
    },
  },
];
