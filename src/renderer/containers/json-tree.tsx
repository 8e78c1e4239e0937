// A JSON value as a tree: fold, search, copy a path or a value.
import { ActionIcon, Button, CopyButton, TextInput, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconCopy, IconRoute, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { jsonLines, type JsonLine } from './json.ts';
import classes from './json-tree.module.css';

/** Ten thousand labels would make the page stand still. */
const MORE_LINES = 800;

export function JsonTree({ value, isSearchable = false }: { value: unknown; isSearchable?: boolean }) {
  const { t } = useTranslation();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [most, setMost] = useState(MORE_LINES);
  const lines = useMemo(() => jsonLines(value, closed, search.trim().toLowerCase()), [value, closed, search]);
  const toggle = (path: string) => setClosed((now) => {
    const next = new Set(now);
    if (!next.delete(path)) next.add(path);
    return next;
  });
  return (
    <div className={classes.tree}>
      {isSearchable && <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} aria-label={t('container:inspect.search')} placeholder={t('container:inspect.search')} leftSection={<IconSearch size={15} />} maw={340} mb="xs" />}
      <div role="tree" aria-label="JSON" className={classes.lines}>
        {lines.slice(0, most).map((line) => <Line key={line.path} line={line} value={value} onToggle={toggle} />)}
        {lines.length === 0 && t('container:inspect.nothing')}
        {lines.length > most && <Button size="compact-xs" variant="light" mt="xs" onClick={() => setMost((now) => now + MORE_LINES)}>{t('container:inspect.more', { count: lines.length - most })}</Button>}
      </div>
    </div>
  );
}

function Line({ line, value, onToggle }: { line: JsonLine; value: unknown; onToggle: (path: string) => void }) {
  const { t } = useTranslation();
  const isContainer = line.kind === 'object' || line.kind === 'array';
  return (
    <div role="treeitem" aria-level={line.depth + 1} {...(isContainer ? { 'aria-expanded': line.isOpen } : {})} className={classes.line} data-hit={line.isHit || undefined} style={{ paddingLeft: line.depth * 18 }}>
      {isContainer ? (
        <button type="button" className={classes.fold} aria-label={line.path} onClick={() => onToggle(line.path)}>{line.isOpen ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}</button>
      ) : (
        <span className={classes.fold} />
      )}
      {line.name !== undefined && <span className={classes.name}>{line.name}: </span>}
      <span className={classes.value} data-kind={line.kind}>{line.text}</span>
      <span className={classes.tools}>
        <CopyButton value={line.path}>{({ copy, copied }) => <Tooltip label={copied ? t('copied') : t('container:inspect.copyPath')}><ActionIcon size={18} tabIndex={-1} aria-label={`${t('container:inspect.copyPath')} ${line.path}`} onClick={copy}><IconRoute size={12} /></ActionIcon></Tooltip>}</CopyButton>
        <Tooltip label={t('copy')}><ActionIcon size={18} tabIndex={-1} aria-label={`${t('copy')} ${line.path}`} onClick={() => void navigator.clipboard.writeText(asText(valueAt(value, line.path)))}><IconCopy size={12} /></ActionIcon></Tooltip>
      </span>
    </div>
  );
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const [, plain, bracket] of path.slice(1).matchAll(/\.([\w$]+)|\[([^\]]+)\]/g)) at = (at as Record<string, unknown>)[plain ?? (bracket?.startsWith('"') ? (JSON.parse(bracket) as string) : (bracket ?? ''))];
  return at;
}
