// The lines on the screen and nothing else: a log of any length costs what a screenful costs.
import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref, type WheelEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogRow } from '../../../main/contract/container-logs.ts';
import { LogLine, type LineLook } from './log-line.tsx';
import classes from './log-lines.module.css';
import { lineAt, positionOf, ROW_HEIGHT, trackOf } from './scroll.ts';
import type { LogPages } from './use-log.ts';

export interface LogLinesHandle { scrollToLine(line: number): void }

interface LogLinesProps { total: number; pages: LogPages; look: LineLook; isFollowing: boolean; onFollow: (follow: boolean) => void; chosen: number | undefined; onChoose: (row: LogRow) => void; ref: Ref<LogLinesHandle> }

export function LogLines({ total, pages, look, isFollowing, onFollow, chosen, onChoose, ref }: LogLinesProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(600);
  const [first, setFirst] = useState(0);
  const track = trackOf(total, height);
  const start = Math.floor(first);
  const count = Math.min(track.visible + 2, Math.max(0, total - start));
  const ours = useRef(false);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => setHeight(box.clientHeight));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(() => pages.show(start, start + count), [pages, start, count]);

  const scrollToLine = useCallback((line: number) => {
    if (!scroller.current) return;
    const to = trackOf(total, scroller.current.clientHeight);
    ours.current = true;
    scroller.current.scrollTop = positionOf(to, line);
    setFirst(Math.max(0, Math.min(total - to.visible, line)));
  }, [total]);
  useLayoutEffect(() => {
    if (isFollowing) scrollToLine(total);
  }, [isFollowing, total, height, scrollToLine]);
  useImperativeHandle(ref, () => ({ scrollToLine: (line) => scrollToLine(Math.max(0, line - Math.floor(track.visible / 3))) }), [scrollToLine, track.visible]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    if (ours.current) {
      ours.current = false;
      return;
    }
    setFirst(lineAt(track, box.scrollTop));
    onFollow(total > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < ROW_HEIGHT);
  };
  /** On a shortened track a turn of the wheel would jump thousands of lines. */
  const onWheel = (event: WheelEvent) => {
    if (track.height === total * ROW_HEIGHT || event.deltaY === 0) return;
    const next = first + event.deltaY / ROW_HEIGHT;
    onFollow(event.deltaY > 0 && next >= total - track.visible);
    scrollToLine(next);
  };
  return (
    <div ref={scroller} className={classes.scroller} role="log" tabIndex={0} aria-label={t('container:tabs.logs')} aria-live="off" onScroll={onScroll} onWheel={onWheel}>
      <div className={classes.track} style={{ height: track.height }} />
      <div className={classes.window}>
        <div className={classes.rows} role="list" style={{ transform: `translateY(${isFollowing && total > track.visible ? height - track.visible * ROW_HEIGHT - 2 : -(first - start) * ROW_HEIGHT}px)` }}>
          {Array.from({ length: count }, (_, index) => {
            const row = pages.row(start + index);
            return <LogLine key={start + index} row={row} look={look} isChosen={row !== undefined && row.line === chosen} onChoose={onChoose} />;
          })}
        </div>
      </div>
    </div>
  );
}
