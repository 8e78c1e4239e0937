// A log view from the page's side: opens it in main, starts its search, and keeps only the pages of lines around what is shown.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LogQuery, LogRow, LogStatus, SearchStatus } from '../../../main/contract/container-logs.ts';
import { failureOf, rpc } from '../../rpc.ts';

const PAGE_LINES = 200;
const KEPT_PAGES = 24;

export interface LogPages {
  /** undefined: being fetched */
  row(index: number): LogRow | undefined;
  /** Says what is shown; fetches what is missing of it. */
  show(first: number, last: number): void;
}

export interface Log { status: LogStatus | undefined; found: SearchStatus | undefined; error: string | undefined; pages: LogPages }

/** @param query undefined: no search. @param onlyHits the pages are of the lines found */
export function useLog(host: string, ids: string[], query: LogQuery | undefined, onlyHits: boolean): Log {
  const key = `${host} ${ids.join(' ')}`;
  // What was heard, and of what: a value of the view before is not this view's.
  const [opened, setOpened] = useState<{ key: string; status?: LogStatus; error?: string }>({ key });
  const [searched, setSearched] = useState<{ view?: string; query?: LogQuery; found?: SearchStatus; error?: string }>({});

  useEffect(() => {
    const controller = new AbortController();
    void (async () => {
      const [of = '', ...containers] = key.split(' ');
      for await (const status of await rpc.containerLogs.open({ host: of, ids: containers }, { signal: controller.signal })) setOpened((now) => ({ key, status: { ...(now.key === key && !status.isCaughtUp && now.status?.preview ? { preview: now.status.preview } : {}), ...status } }));
    })().catch((failure: unknown) => {
      if (!controller.signal.aborted) setOpened({ key, error: failureOf(failure).message });
    });
    return () => controller.abort();
  }, [key]);

  const status = opened.key === key ? opened.status : undefined;
  const view = status?.view;
  useEffect(() => {
    if (!view || !query) return undefined;
    const controller = new AbortController();
    void (async () => {
      for await (const found of await rpc.containerLogs.search({ view, query }, { signal: controller.signal })) setSearched({ view, query, found });
    })().catch((failure: unknown) => {
      if (!controller.signal.aborted) setSearched({ view, query, error: failureOf(failure).message });
    });
    return () => controller.abort();
  }, [view, query]);
  const isCurrent = searched.view === view && searched.query === query;
  const found = isCurrent ? searched.found : undefined;
  const error = (opened.key === key ? opened.error : undefined) ?? (isCurrent ? searched.error : undefined);

  const search = onlyHits ? found?.search : undefined;
  const total = onlyHits ? (found?.hits ?? 0) : (status?.lines ?? 0);
  return { status, found, error, pages: usePages(view, search, total) };
}

function usePages(view: string | undefined, search: string | undefined, total: number): LogPages {
  const [, repaint] = useState(0);
  const pages = useRef(new Map<number, LogRow[]>());
  const busy = useRef(new Set<number>());
  const shown = useRef<[number, number]>([0, 0]);
  const source = useMemo(() => ({ view, search }), [view, search]);
  const current = useRef(source);
  const end = useRef(total);
  const refill = useRef(() => {});

  const fetchPage = useCallback(async (page: number) => {
    const { view: name, search: searchName } = source;
    if (!name || busy.current.has(page)) return;
    busy.current.add(page);
    let isStale = false;
    try {
      const rows = await rpc.containerLogs.window({ view: name, from: page * PAGE_LINES, count: PAGE_LINES, ...(searchName ? { search: searchName } : {}) });
      if (current.current !== source) return;
      isStale = rows.length < Math.min(PAGE_LINES, end.current - page * PAGE_LINES);
      pages.current.delete(page);
      pages.current.set(page, rows);
      for (const old of pages.current.keys()) if (pages.current.size > KEPT_PAGES) pages.current.delete(old);
      repaint((count) => count + 1);
    } catch {
      // The view was closed or replaced meanwhile; its own stream says why.
    } finally {
      busy.current.delete(page);
    }
    // Lines came while these were on their way.
    if (isStale) refill.current();
  }, [source]);

  const fill = useCallback(() => {
    const [first, last] = shown.current;
    for (let page = Math.floor(first / PAGE_LINES); page <= Math.floor(last / PAGE_LINES); page++) {
      const wanted = Math.min(PAGE_LINES, end.current - page * PAGE_LINES);
      if (wanted > 0 && (pages.current.get(page)?.length ?? 0) < wanted) void fetchPage(page);
    }
  }, [fetchPage]);

  useEffect(() => {
    current.current = source;
    pages.current.clear();
    busy.current.clear();
  }, [source]);
  useEffect(() => {
    refill.current = fill;
    end.current = total;
    fill();
  }, [total, fill]);

  return useMemo(() => ({
    row: (index) => pages.current.get(Math.floor(index / PAGE_LINES))?.[index % PAGE_LINES],
    show(first, last) {
      shown.current = [first, last];
      fill();
    },
  }), [fill]);
}
