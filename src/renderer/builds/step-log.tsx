// The output of one step: ANSI colours, search hits marked, the last lines first when it is long.
import { Button, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ansiSpans } from './ansi.ts';
import classes from './builds.module.css';

const LINES_AT_FIRST = 1000;

export function StepLog({ log, error, search, label }: { log: string; error: string | undefined; search: string; label: string }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const { text, hidden } = useMemo(() => (isWhole ? { text: log, hidden: 0 } : lastLines(log, LINES_AT_FIRST)), [log, isWhole]);
  const spans = useMemo(() => ansiSpans(text), [text]);
  return (
    <div className={classes.log} role="log" aria-label={label} tabIndex={0}>
      {hidden > 0 && <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>{t('builds:earlierLines', { count: hidden })}</Button>}
      <pre>{spans.map((span, index) => <span key={index} className={span.style.split(' ').map((word) => classes[word] ?? '').join(' ')}>{marked(span.text, search)}</span>)}</pre>
      {error !== undefined && <Text size="xs" c="red" ff="monospace" style={{ whiteSpace: 'pre-wrap' }}>{error}</Text>}
    </div>
  );
}

function lastLines(log: string, wanted: number): { text: string; hidden: number } {
  const lines = log.split('\n');
  return lines.length <= wanted ? { text: log, hidden: 0 } : { text: lines.slice(-wanted).join('\n'), hidden: lines.length - wanted };
}

function marked(text: string, search: string): ReactNode {
  if (search === '') return text;
  const parts: ReactNode[] = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (let hit = lower.indexOf(search); hit >= 0; hit = lower.indexOf(search, at)) {
    parts.push(text.slice(at, hit), <mark key={hit}>{text.slice(hit, hit + search.length)}</mark>);
    at = hit + search.length;
  }
  parts.push(text.slice(at));
  return parts;
}
