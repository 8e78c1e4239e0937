// The log of one container, or of several merged by time: search over the whole history, filters, follow, details, export.
import { Box, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogQuery, LogRow } from '../../../main/contract/container-logs.ts';
import { rpc, transferUrl } from '../../rpc.ts';
import { createKeptStore, useStore } from '../../store.ts';
import { formatBytes } from '../../ui/format.ts';
import { LogDetails } from './log-details.tsx';
import { LogLines, type LogLinesHandle } from './log-lines.tsx';
import { DEFAULT_LOOK, EMPTY_QUERY, LogToolbar, type LogLook } from './log-toolbar.tsx';
import { useLog, type LogPages } from './use-log.ts';

const lookStore = createKeptStore<LogLook>('log.look', DEFAULT_LOOK);

interface LogViewProps { host: string; containers: { id: string; name: string }[] }

export function LogView({ host, containers }: LogViewProps) {
  const { t, i18n } = useTranslation();
  const look = useStore(lookStore);
  const [query, setQuery] = useState(EMPTY_QUERY);
  const [asked] = useDebouncedValue(query, 180);
  const [onlyHits, setOnlyHits] = useState(false);
  const [isFollowing, setFollowing] = useState(true);
  const [chosen, setChosen] = useState<LogRow>();
  const [hit, setHit] = useState(0);
  const [isAtHit, setAtHit] = useState(false);
  const lines = useRef<LogLinesHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const isAsking = asked.text !== '' || asked.levels.length > 0 || asked.streams.length > 0;
  const isFiltered = isAsking && (onlyHits || asked.levels.length > 0 || asked.streams.length > 0);
  const { status, found, error, pages } = useLog(host, containers.map((item) => item.id), isAsking ? asked : undefined, isFiltered);
  const preview = status && !status.isCaughtUp && isFollowing && !isAsking ? status.preview : undefined;
  const total = preview ? preview.length : isFiltered ? (found?.hits ?? 0) : (status?.lines ?? 0);
  const shownPages = useMemo((): LogPages => (preview ? { row: (index) => preview[index], show: () => {} } : pages), [preview, pages]);
  const names = useMemo(() => containers.map((item) => item.name), [containers]);
  const lineLook = useMemo(() => ({ ...look, showNumber: preview === undefined, sources: names, mark: markOf(asked) }), [look, names, asked, preview]);
  const number = useMemo(() => new Intl.NumberFormat(i18n.language), [i18n.language]);
  useHotkeys([['mod+F', () => search.current?.focus()]], []);

  const jump = async (step: 1 | -1) => {
    if (!status || !found || found.hits === 0) return;
    // The first jump goes to the first hit, not past it.
    const next = ((isAtHit ? hit + step : step > 0 ? hit : hit - 1) + found.hits) % found.hits;
    setHit(next);
    setAtHit(true);
    setFollowing(false);
    if (isFiltered) return lines.current?.scrollToLine(next);
    const [row] = await rpc.containerLogs.window({ view: status.view, from: next, count: 1, search: found.search });
    if (!row) return undefined;
    setChosen(row);
    return lines.current?.scrollToLine(row.line);
  };
  const save = async (format: 'text' | 'json') => {
    if (!status) return;
    const fileName = `${names.join('+').slice(0, 80)}.${format === 'json' ? 'jsonl' : 'log'}`;
    const { url } = await rpc.containerLogs.export({ view: status.view, format, fileName, ...(isFiltered && found ? { search: found.search } : {}) });
    Object.assign(document.createElement('a'), { href: transferUrl(url), download: fileName }).click();
  };
  const change = useCallback((next: Partial<LogQuery>) => {
    setQuery((now) => ({ ...now, ...next }));
    setHit(0);
    setAtHit(false);
  }, []);
  const hits = found && isAsking ? (found.hits === 0 && found.scanned === found.lines ? t('container:logs.noHits') : t('container:logs.hits', { at: number.format(Math.min(hit + 1, found.hits)), total: number.format(found.hits) })) : '';
  const problem = error ?? status?.problems[0]?.message;

  return (
    <Stack gap="xs" h="100%" mih={0}>
      <LogToolbar
        query={query}
        onQuery={change}
        onlyHits={onlyHits}
        onOnlyHits={setOnlyHits}
        look={look}
        onLook={lookStore.set}
        isFollowing={isFollowing}
        onFollow={() => setFollowing(!isFollowing)}
        result={hits}
        isWrong={error !== undefined && isAsking}
        onJump={(step) => void jump(step)}
        onExport={(format) => void save(format)}
        searchRef={search}
      />
      {isFiltered && found?.hits === 0 && found.scanned === found.lines && <Text size="sm" c="var(--gantry-subtle)" ta="center" pt="xl">{t('container:logs.noLine')}</Text>}
      <LogLines ref={lines} total={total} pages={shownPages} look={lineLook} isFollowing={isFollowing} onFollow={setFollowing} chosen={chosen?.line} onChoose={setChosen} />
      {chosen && status && <LogDetails key={chosen.line} view={status.view} row={chosen} onClose={() => setChosen(undefined)} />}
      <Group gap="md" justify="space-between" wrap="nowrap">
        <Text size="xs" c={problem ? 'red' : 'var(--gantry-subtle)'} className="numeric" truncate>
          {problem ?? (status ? (status.lines === 0 ? t('container:logs.empty') : t('container:logs.count', { lines: number.format(status.lines), size: formatBytes(status.bytes) })) : t('loading'))}
        </Text>
        <Box>{status && !status.isCaughtUp && <Text size="xs" c="var(--gantry-subtle)">{t('container:logs.reading')}</Text>}</Box>
      </Group>
    </Stack>
  );
}

/** What is marked in the lines: the searched text, as the search itself reads it. */
function markOf(query: LogQuery): RegExp | undefined {
  if (query.text === '') return undefined;
  try {
    return new RegExp(query.isRegex ? query.text : query.text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), query.isCaseSensitive ? 'gu' : 'giu');
  } catch {
    return undefined; // half an expression, while it is typed
  }
}
