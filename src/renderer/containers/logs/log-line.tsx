// One line of a log: number, time, where it is from, level, text with its colours and what was searched marked.
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogRow } from '../../../main/contract/container-logs.ts';
import { jsonOf, levelOf, withoutAnsi } from '../../../main/contract/log-text.ts';
import { formatBytes } from '../../ui/format.ts';
import { ansiPieces, type Piece } from './ansi.ts';
import classes from './log-lines.module.css';

export interface LineLook { showNumber: boolean; showTime: boolean; showLevel: boolean; prettyJson: boolean; sources: string[]; mark: RegExp | undefined }

const SOURCE_COLOURS = ['blue', 'magenta', 'green', 'yellow', 'cyan', 'red'];

export const LogLine = memo(function LogLine({ row, look, isChosen, onChoose }: { row: LogRow | undefined; look: LineLook; isChosen: boolean; onChoose: (row: LogRow) => void }) {
  const { t } = useTranslation();
  if (!row) return <div className={classes.row} role="listitem" aria-hidden><span className={classes.number}>…</span></div>;
  const plain = withoutAnsi(row.text);
  const level = levelOf(plain);
  const json = look.prettyJson && row.clippedBytes === 0 ? jsonOf(plain) : undefined;
  return (
    <div className={classes.row} role="listitem" data-stream={row.stream} data-level={look.showLevel ? level : undefined} data-chosen={isChosen || undefined} onClick={() => onChoose(row)}>
      <span className={classes.number}>{look.showNumber ? row.line + 1 : ''}</span>
      {look.showTime && <span className={classes.time}>{clock(row.time)}</span>}
      {look.sources.length > 1 && <span className={classes.source} style={{ color: `var(--ansi-${SOURCE_COLOURS[row.source % SOURCE_COLOURS.length]})` }}>{look.sources[row.source]}</span>}
      {look.showLevel && <span className={classes.level} data-level={level}>{level === 'none' ? '' : level}</span>}
      <span className={classes.text}>{json ? <JsonText value={json} mark={look.mark} /> : ansiPieces(row.text).map((piece, index) => <span key={index} style={styleOf(piece)}>{marked(piece.text, look.mark)}</span>)}</span>
      {row.clippedBytes > 0 && <span className={classes.clipped}>{t('container:logs.clipped', { size: formatBytes(row.clippedBytes) })}</span>}
    </div>
  );
});

/** Message first, then the other fields as name=value. */
function JsonText({ value, mark }: { value: Record<string, unknown>; mark: RegExp | undefined }) {
  const messageKey = ['message', 'msg', 'text', 'event'].find((key) => typeof value[key] === 'string');
  const fields = Object.entries(value).filter(([key]) => key !== messageKey && !['level', 'lvl', 'severity'].includes(key));
  return (
    <>
      {messageKey !== undefined && <span>{marked(String(value[messageKey]), mark)} </span>}
      {fields.map(([key, field]) => (
        <span key={key}> <span className={classes.key}>{key}</span>=<span className={typeof field === 'string' ? classes.string : classes.value}>{marked(typeof field === 'string' ? field : JSON.stringify(field), mark)}</span></span>
      ))}
    </>
  );
}

function marked(text: string, mark: RegExp | undefined): ReactNode {
  if (!mark) return text;
  const parts: ReactNode[] = [];
  let start = 0;
  for (const match of text.matchAll(mark)) {
    if (match[0] === '') break;
    parts.push(text.slice(start, match.index), <mark key={match.index}>{match[0]}</mark>);
    start = match.index + match[0].length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(start)];
}

function styleOf(piece: Piece) {
  return {
    ...(piece.colour ? { color: piece.colour } : {}),
    ...(piece.background ? { background: piece.background } : {}),
    ...(piece.isBold ? { fontWeight: 700 } : {}),
    ...(piece.isDim ? { opacity: 0.7 } : {}),
    ...(piece.isItalic ? { fontStyle: 'italic' } : {}),
    ...(piece.isUnderlined ? { textDecoration: 'underline' } : {}),
  };
}

/** Local time with milliseconds. */
function clock(time: string): string {
  const date = new Date(time);
  if (time === '' || Number.isNaN(date.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
