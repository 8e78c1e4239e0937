// One line of the tree: mark, name, what is below, a bar of its share, its size.
import { IconChevronRight, IconFile, IconFolder, IconLink, IconPlug } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { KINDS, type Row } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import classes from './layers.module.css';
import { CHANGES, ink, MARK_COLOURS, MARK_LETTERS, markColour, markName, markNumber } from './marks.ts';

export const ROW_HEIGHT = 26;
const LONG = 30; // characters; more may not fit

interface Props { row: Row; index: number; top: number; isSelected: boolean; onSelect: (node: number, index: number) => void; onToggle: (node: number) => void }

export const FileRow = memo(function FileRow({ row, index, top, isSelected, onSelect, onToggle }: Props) {
  const { t } = useTranslation();
  const mark = markName(row.mark);
  const kind = KINDS[row.kind];
  const colour = mark === 'through' || mark === 'unchanged' ? undefined : markColour(mark);
  const bytes = row.bytes > 0 || row.removedBytes === 0 ? row.bytes : row.removedBytes;
  const Icon = kind === 'dir' ? IconFolder : kind === 'symlink' || row.isHardlink ? IconLink : kind === 'file' ? IconFile : IconPlug;
  return (
    <div
      id={`row-${row.id}`} role="treeitem" tabIndex={-1} aria-level={row.depth + 1} aria-selected={isSelected} {...(row.hasChildren ? { 'aria-expanded': row.isOpen } : {})}
      className={classes.row} data-mark={mark} style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row.id, index)} onDoubleClick={() => row.hasChildren && onToggle(row.id)}
    >
      <span className={classes.mark} style={colour === undefined ? undefined : { background: `color-mix(in srgb, ${colour} 22%, transparent)`, color: ink(MARK_COLOURS[mark]) }} title={colour === undefined ? undefined : t(`layers:marks.${mark}`)}>{kind === 'dir' && mark === 'unchanged' ? '' : MARK_LETTERS[mark]}</span>
      <span className={classes.name} style={{ paddingLeft: `min(${row.depth * 15}px, 45%)` }}>
        <span role="presentation" className={classes.twist} data-open={row.isOpen} onClick={(event) => { event.stopPropagation(); if (row.hasChildren) onToggle(row.id); }}>{row.hasChildren && <IconChevronRight size={13} />}</span>
        <Icon size={15} stroke={1.6} style={{ flex: 'none', color: kind === 'dir' ? 'var(--mantine-primary-color-filled)' : 'var(--gantry-subtle)' }} aria-hidden />
        <span title={row.name.length + row.link.length > LONG ? visible(row.link === '' ? row.name : `${row.name} → ${row.link}`) : undefined}>{visible(row.name)}{row.link !== '' && !row.isHardlink && <span style={{ color: 'var(--gantry-subtle)' }}> → {visible(row.link)}</span>}</span>
        {row.hasChildren && <Summary counts={row.counts} />}
      </span>
      <span className={classes.sizeBar}><i style={{ width: `${row.parentBytes > 0 ? Math.min(100, (100 * bytes) / row.parentBytes) : 0}%`, background: colour ?? 'var(--mantine-color-gantry-4)' }} /></span>
      <span className={classes.bytes} style={mark === 'removed' ? { color: ink('red') } : undefined}>{mark === 'removed' || (row.bytes === 0 && row.removedBytes > 0) ? `−${formatBytes(bytes)}` : formatBytes(bytes)}</span>
    </div>
  );
});

function Summary({ counts }: { counts: number[] }) {
  const found = CHANGES.filter((mark) => (counts[markNumber(mark)] ?? 0) > 0);
  if (found.length === 0) return null;
  return <span className={classes.summary}>{found.map((mark) => <span key={mark} className="numeric" style={{ color: ink(MARK_COLOURS[mark]) }}>{MARK_LETTERS[mark]}{counts[markNumber(mark)]}</span>)}</span>;
}

/** Control and direction characters would disturb the line: they are shown by their code. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
