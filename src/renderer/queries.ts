// The query cache and what is in it. Host identity is the first part of every key: two hosts may both have a container `web`.
// Lists are read once and then patched row by row from the live feed (live.ts); they never go stale by time.
import { QueryClient, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ContainerRow } from '../main/contract/containers.ts';
import type { HostSummary } from '../main/contract/hosts.ts';
import type { ImageRow } from '../main/contract/images.ts';
import type { RowPatch } from '../main/contract/system.ts';
import { patched, withoutMovedTags } from './patched.ts';
import { rpc } from './rpc.ts';
import { scope } from './scope.ts';
import { useStore } from './store.ts';

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, gcTime: 5 * 60_000 } },
});

/** Kinds of lists; other subjects add theirs by declaration merging and `registerList`. */
export interface ListRows { containers: ContainerRow; images: ImageRow }
export type ListKind = keyof ListRows;
type Reader = (host: string, signal: AbortSignal) => Promise<unknown[]>;

interface ListDefinition { read: Reader; idOf: (row: never) => string }
const lists = new Map<string, ListDefinition>();

/** Makes a kind of list known: how to read all of it, and what tells its rows apart. */
export function registerList<K extends ListKind>(kind: K, read: (host: string, signal: AbortSignal) => Promise<ListRows[K][]>, idOf: (row: ListRows[K]) => string): void {
  lists.set(kind, { read, idOf });
}

registerList('containers', (host, signal) => rpc.containers.list({ host }, { signal }), (row) => row.Id);
registerList('images', (host, signal) => rpc.images.list({ host }, { signal }), (row) => row.Id);

/** Patches that arrived while their list was being read: the answer may be older than they are. */
const early = new Map<string, RowPatch[]>();

export function listOptions<K extends ListKind>(kind: K, host: string) {
  return queryOptions({
    queryKey: [host, kind, 'list'] as const,
    queryFn: async ({ signal }): Promise<ListRows[K][]> => {
      const definition = lists.get(kind);
      if (!definition) throw new Error(`no list of ${kind}`);
      const key = `${host} ${kind}`;
      early.set(key, []);
      try {
        const rows = (await definition.read(host, signal)) as ListRows[K][];
        return patched(rows, early.get(key) ?? [], definition.idOf as (row: ListRows[K]) => string);
      } finally {
        early.delete(key);
      }
    },
  });
}

/** Puts the live feed's rows where views read them. */
export function applyPatches(host: string, patches: RowPatch[]): void {
  for (const [kind, group] of Map.groupBy(patches, (patch) => patch.kind)) {
    early.get(`${host} ${kind}`)?.push(...group);
    const definition = lists.get(kind);
    if (definition) queryClient.setQueryData<unknown[]>([host, kind, 'list'], (rows) => rows && patched(rows, group, definition.idOf as (row: unknown) => string));
    if (kind === 'images') queryClient.setQueryData<ImageRow[]>([host, kind, 'list'], (rows) => rows && withoutMovedTags(rows, group));
    for (const { id } of group) void queryClient.invalidateQueries({ queryKey: [host, kind, id] });
  }
}

/** A row and the host it lives on. */
export interface HostRow<T> { host: HostSummary; row: T; key: string }

export interface Rows<T> {
  rows: HostRow<T>[];
  /** nothing to show yet */
  isLoading: boolean;
  /** hosts whose list could not be read, with the reason */
  errors: { host: HostSummary; error: Error }[];
  retry: () => void;
}

/** The rows of one kind over all hosts in scope. */
export function useRows<K extends ListKind>(kind: K): Rows<ListRows[K]> {
  const hosts = useScopedHosts();
  const results = useQueries({ queries: hosts.map((host) => listOptions(kind, host.id)) });
  const [merged] = useState(() => lastOnly((parts: HostRow<ListRows[K]>[][]) => parts.flat()));
  return {
    rows: merged(hosts.map((host, index) => rowsOf(kind, host, results[index]?.data as ListRows[K][] | undefined))),
    isLoading: hosts.length > 0 && results.every((result) => result.isPending),
    errors: hosts.flatMap((host, index) => (results[index]?.error ? [{ host, error: results[index].error }] : [])),
    retry: () => hosts.forEach((host) => void queryClient.refetchQueries({ queryKey: [host.id, kind, 'list'] })),
  };
}

const wrapped = new WeakMap<object, { host: HostSummary; rows: unknown[] }>();
const NO_ROWS: never[] = [];

/** The same list of the same host gives the same array, so that memos further up hold. */
function rowsOf<K extends ListKind>(kind: K, host: HostSummary, rows: ListRows[K][] | undefined): HostRow<ListRows[K]>[] {
  if (!rows) return NO_ROWS;
  const known = wrapped.get(rows);
  if (known?.host === host) return known.rows as HostRow<ListRows[K]>[];
  const idOf = lists.get(kind)?.idOf as ((row: ListRows[K]) => string) | undefined;
  const made = rows.map((row) => ({ host, row, key: `${host.id}/${idOf?.(row) ?? ''}` }));
  wrapped.set(rows, { host, rows: made });
  return made;
}

/** Computes anew only when a part is another one than last time. */
function lastOnly<P, R>(compute: (parts: P[]) => R): (parts: P[]) => R {
  let last: { parts: P[]; result: R } | undefined;
  return (parts) => {
    if (last === undefined || last.parts.length !== parts.length || parts.some((part, index) => part !== last?.parts[index])) last = { parts, result: compute(parts) };
    return last.result;
  };
}

const NO_HOSTS: HostSummary[] = [];

/** All hosts; kept current by live.ts. */
export function useHosts(): HostSummary[] {
  return useQuery<HostSummary[]>({ queryKey: ['hosts'], queryFn: () => rpc.hosts.list() }).data ?? NO_HOSTS;
}

export function useHost(id: string): HostSummary | undefined {
  return useHosts().find((host) => host.id === id);
}

export function useScopedHosts(): HostSummary[] {
  const hosts = useHosts();
  const chosen = useStore(scope);
  return useMemo(() => (chosen === 'all' ? hosts : hosts.filter((host) => host.id === chosen)), [hosts, chosen]);
}
