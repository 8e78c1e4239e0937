// The output of one step: ANSI colours, search hits marked, the last lines first when it is long.
import { Button, Text } from '@mantine/core';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AnsiText } from './ansi-text.tsx';
import classes from './builds.module.css';

const LINES_AT_FIRST = 1000;
/** Nearer to the end than this, the log follows what comes. */
const END_PIXELS = 24;

export function StepLog({ log, error, search, label }: { log: string; error: string | undefined; search: string; label: string }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const { text, hidden } = useMemo(() => (isWhole || search !== '' ? { text: log, hidden: 0 } : lastLines(log, LINES_AT_FIRST)), [log, isWhole, search]);
  const place = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (place.current && isAtEnd.current) place.current.scrollTop = place.current.scrollHeight;
  }, [text]);
  useLayoutEffect(() => {
    if (search !== '') place.current?.querySelector('mark')?.scrollIntoView({ block: 'nearest' });
  }, [search]);
  return (
    <div ref={place} className={classes.log} role="log" aria-label={label} tabIndex={0} onScroll={({ currentTarget: at }) => { isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < END_PIXELS; }}>
      {hidden > 0 && <Button size="compact-xs" variant="subtle" onClick={() => { isAtEnd.current = false; setWhole(true); }}>{t('builds:earlierLines', { count: hidden })}</Button>}
      <pre><AnsiText text={text} search={search} /></pre>
      {error !== undefined && <Text size="xs" c="red" ff="monospace" style={{ whiteSpace: 'pre-wrap' }}>{error}</Text>}
    </div>
  );
}

function lastLines(log: string, wanted: number): { text: string; hidden: number } {
  const lines = log.split('\n');
  return lines.length <= wanted ? { text: log, hidden: 0 } : { text: lines.slice(-wanted).join('\n'), hidden: lines.length - wanted };
}
