// The rows of the tree by page: only pages on the screen are asked for, the last answer stays until the next one is there.
import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { Row } from '../../main/contract/layers.ts';
import type { ExplorerState } from './explorer-state.ts';
import { PAGE, pageOptions, questionOf } from './rows.ts';
import { reopenWhenGone } from './session.ts';

/** How many rows there are, and the first page of them. */
export function useTree(session: string, state: ExplorerState) {
  const client = useQueryClient();
  const { layer, scope, filter, sort, toggled, isAllOpen } = state;
  // the parts it is made of, not `state`: selecting a row asks nothing new
  const question = useMemo(() => questionOf(session, { layer, scope, filter, sort, toggled, isAllOpen }), [session, layer, scope, filter, sort, toggled, isAllOpen]);
  const first = useQuery({ ...pageOptions(question, 0), placeholderData: keepPreviousData });
  useEffect(() => { if (first.error) reopenWhenGone(client, first.error); }, [client, first.error]);
  return { question, first: first.data, isOld: first.isPlaceholderData, length: first.data?.length ?? 0, matchCount: first.data?.matchCount ?? -1, error: first.error, isLoading: first.isPending };
}

/** Rows by index; those of pages that are still on their way are undefined. @param from first row on the screen; @param to the one after the last */
export function useRowAt({ question, first }: Pick<ReturnType<typeof useTree>, 'question' | 'first'>, from: number, to: number): (index: number) => Row | undefined {
  const firstPage = Math.floor(from / PAGE);
  const lastPage = Math.max(firstPage, Math.floor(Math.max(0, to - 1) / PAGE));
  const numbers = Array.from({ length: lastPage - firstPage + 1 }, (_, index) => firstPage + index).filter((page) => page > 0);
  const others = useQueries({ queries: numbers.map((page) => pageOptions(question, page)) });
  return (index) => {
    const page = Math.floor(index / PAGE);
    const rows = page === 0 ? first?.rows : others[numbers.indexOf(page)]?.data?.rows;
    return rows?.[index - page * PAGE];
  };
}
