// Searches inside the files of layers: every line that holds the text, also in files that a later layer removed.
import { Button, Group, Progress, SegmentedControl, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type Dispatch, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { SearchStep } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { FailureNote } from '../ui/states.tsx';
import type { ExplorerAction, ExplorerState } from './explorer-state.ts';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';

const MOST = 2000; // what main gives
const LEAD = 60; // characters before the found text

type Match = Extract<SearchStep, { type: 'match' }>;

export function ContentsView({ session, state, dispatch }: { session: string; state: ExplorerState; dispatch: Dispatch<ExplorerAction> }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [scope, setScope] = useState<'layer' | 'all'>('all');
  const [matches, setMatches] = useState<Match[]>([]);
  const [searched, setSearched] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: matches.length, getScrollElement: () => scroller.current, estimateSize: () => 46, overscan: 10 });
  const [status, setStatus] = useState<{ share: number; isRunning: boolean; error?: unknown }>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const search = async (event: FormEvent) => {
    event.preventDefault();
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const found: Match[] = [];
    setMatches([]);
    setSearched(text);
    setStatus({ share: 0, isRunning: true });
    try {
      for await (const step of await rpc.layers.search({ session, text, layer: state.layer, scope }, { signal: controller.signal })) {
        if (step.type === 'match') found.push(step);
        else { setMatches([...found]); setStatus({ share: step.totalBytes === 0 ? 100 : (100 * step.bytes) / step.totalBytes, isRunning: true }); }
      }
      setStatus({ share: 100, isRunning: false });
    } catch (error) {
      if (!controller.signal.aborted) setStatus({ share: 100, isRunning: false, error });
    }
    setMatches(found);
  };
  const show = (match: Match) => void rpc.layers.find({ session, path: match.path }).then((found) => found && dispatch({ type: 'show', layer: match.layer, node: found.node, above: found.above }));
  return (
    <section className={classes.pane} aria-label={t('layers:tabs.contents')}>
      <form className={classes.paneHead} onSubmit={(event) => void search(event)}>
        <Group gap="sm" wrap="nowrap">
          <TextInput size="xs" flex={1} leftSection={<IconSearch size={14} />} aria-label={t('layers:contents.label')} placeholder={t('layers:contents.label')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <SegmentedControl size="xs" aria-label={t('layers:scope.label')} value={scope} onChange={(next) => setScope(next as 'layer' | 'all')} data={[{ value: 'all', label: t('layers:contents.upTo', { layer: state.layer }) }, { value: 'layer', label: t('layers:contents.only', { layer: state.layer }) }]} />
          {status?.isRunning ? <Button size="compact-sm" variant="default" onClick={() => { running.current?.abort(); setStatus(undefined); }}>{t('layers:contents.stop')}</Button> : <Button size="compact-sm" type="submit" disabled={text === ''}>{t('layers:contents.go')}</Button>}
        </Group>
        {status?.isRunning && <Progress value={status.share} size="xs" mt={6} aria-label={t('layers:contents.progress')} />}
      </form>
      {status?.error !== undefined && <FailureNote title={t('layers:contents.failed')} error={status.error} />}
      {status && !status.isRunning && <Text size="xs" c="var(--gantry-subtle)" px="sm" py={6}>{t('layers:contents.found', { count: matches.length })}{matches.length >= MOST && ` · ${t('layers:contents.most')}`}</Text>}
      {!status && <Text size="sm" c="var(--gantry-subtle)" p="md">{t('layers:contents.hint')}</Text>}
      <div ref={scroller} className={classes.tree} role="list" tabIndex={0} aria-label={t('layers:tabs.contents')}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const match = matches[item.index];
            return match && (
              <div key={item.key} role="listitem" aria-posinset={item.index + 1} aria-setsize={matches.length}>
                <UnstyledButton className={classes.matchRow} style={{ transform: `translateY(${item.start}px)` }} onClick={() => show(match)}>
                  <Text size="xs" className={classes.clip}>{visible(match.path)}{match.lineNumber > 0 && <Text span size="xs" c="var(--gantry-subtle)">:{match.lineNumber}</Text>} <Text span size="xs" c="var(--gantry-subtle)">{t('layers:layerNumber', { layer: match.layer })}</Text></Text>
                  <Text size="xs" ff="monospace" c="var(--gantry-subtle)" className={classes.clip}>{match.lineNumber === 0 ? t('layers:contents.binary') : <Marked line={visible(match.line)} text={searched} />}</Text>
                </UnstyledButton>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function Marked({ line, text }: { line: string; text: string }) {
  const at = line.toLowerCase().indexOf(text.toLowerCase());
  if (at === -1) return line;
  const from = Math.max(0, at - LEAD); // the place must be in sight
  return <>{from > 0 && '…'}{line.slice(from, at)}<mark>{line.slice(at, at + text.length)}</mark>{line.slice(at + text.length)}</>;
}
