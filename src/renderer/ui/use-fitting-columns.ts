// Which columns a table of this width shows.
import { useLayoutEffect, useMemo, useState, type RefObject } from 'react';

/** The same array as long as the same columns fit, so that rows are not drawn anew at every pixel of a resize. */
export function useFittingColumns<C extends { id: string; hideBelow?: number }>(columns: C[], element: RefObject<HTMLElement | null>): C[] {
  const steps = useMemo(() => [...new Set(columns.flatMap(({ hideBelow }) => hideBelow ?? []))].toSorted((a, b) => a - b), [columns]);
  const [reached, setReached] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      setReached(steps.findLast((step) => step <= width) ?? 0);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [steps, element]);
  return useMemo(() => columns.filter(({ hideBelow }) => hideBelow === undefined || hideBelow <= reached), [columns, reached]);
}
