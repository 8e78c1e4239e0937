// The volumes of all hosts in scope with what the app knows about them. Sizes are counted by walking files, so only on demand.
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queryClient, useRows, useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { withFacts } from './volume.ts';

export const BACKUPS_KEY = ['volume-backups'] as const;
export const SCHEDULES_KEY = ['volume-schedules'] as const;
const NONE: never[] = [];

export function useVolumes() {
  const volumes = useRows('volumes');
  const containers = useRows('containers').rows;
  const hosts = useScopedHosts();
  const sizes = useQueries({ queries: hosts.map(({ id }) => ({ queryKey: [id, 'volume-sizes'], queryFn: ({ signal }: { signal: AbortSignal }) => rpc.volumes.sizes({ host: id }, { signal }) })) });
  const incomplete = useQueries({ queries: hosts.map(({ id }) => ({ queryKey: [id, 'volume-incomplete'], queryFn: () => rpc.volumes.incomplete({ host: id }) })) });
  const backups = useQuery({ queryKey: BACKUPS_KEY, queryFn: () => rpc.volumes.backups({}) }).data ?? NONE;
  const schedules = useQuery({ queryKey: SCHEDULES_KEY, queryFn: () => rpc.volumes.schedules() }).data ?? NONE;
  const sizesKey = JSON.stringify([sizes.map(({ data }) => data), incomplete.map(({ data }) => data)]);
  const byHost = useMemo(() => {
    const [sizeList, incompleteList] = JSON.parse(sizesKey) as [(Record<string, number> | null)[], (string[] | null)[]];
    return { sizes: Object.fromEntries(hosts.map(({ id }, index) => [id, sizeList[index] ?? {}])), incomplete: Object.fromEntries(hosts.map(({ id }, index) => [id, incompleteList[index] ?? []])) };
  }, [hosts, sizesKey]);
  const rows = useMemo(() => withFacts(volumes.rows, containers, { ...byHost, backups, schedules }), [volumes.rows, containers, byHost, backups, schedules]);
  return { ...volumes, rows, backups, isCounting: sizes.some(({ isFetching }) => isFetching) };
}

/** After something was backed up, restored or removed. */
export function refreshVolumeFacts(): void {
  void queryClient.invalidateQueries({ queryKey: BACKUPS_KEY });
  void queryClient.invalidateQueries({ queryKey: SCHEDULES_KEY });
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === 'volume-sizes' || queryKey[1] === 'volume-incomplete' });
}
