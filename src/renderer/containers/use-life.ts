// The life of one container: the moves that are open now, how it got here, and the countdown of a stop that waits.
// Our own engine tells all of it. Beside another engine the moves come from the machine itself and the countdown from what this
// window asked for: those engines tell nobody else that a stop is under way.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Life } from '../../main/contract/container-tools.ts';
import { rpc } from '../rpc.ts';
import { useStore } from '../store.ts';
import { stopping, type Container } from './container-actions.ts';

/** undefined: not read yet; null: the engine does not tell. Read again with every event of the container (queries.ts). */
export function useLife(host: string, id: string): { life: Life | null | undefined; readAtMs: number } {
  const { data, dataUpdatedAt } = useQuery({ queryKey: [host, 'containers', id, 'life'], queryFn: ({ signal }) => rpc.containerTools.life({ host, id }, { signal }) });
  return { life: data, readAtMs: dataUpdatedAt };
}

const REPAINT_MS = 100;

const isUp = (item: Container) => item.row.State === 'running' || item.row.State === 'paused';

/** A stop waits for the program to end. */
export function useIsStopping(item: Container): boolean {
  const { life } = useLife(item.host.id, item.row.Id);
  const askedAtMs = useStore(stopping)[item.key];
  return isUp(item) && (life ? life.killInMs !== undefined : askedAtMs !== undefined);
}

/** Milliseconds until a stop that waits becomes a kill; undefined while none waits. */
export function useKillCountdown(item: Container, graceSeconds: number): number | undefined {
  const { life, readAtMs } = useLife(item.host.id, item.row.Id);
  const askedAtMs = useStore(stopping)[item.key];
  const deadlineMs = !isUp(item) ? undefined : life ? (life.killInMs === undefined ? undefined : readAtMs + life.killInMs) : askedAtMs === undefined || graceSeconds < 0 ? undefined : askedAtMs + graceSeconds * 1000;
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    if (deadlineMs === undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), REPAINT_MS);
    return () => clearInterval(timer);
  }, [deadlineMs]);
  return deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - nowMs);
}
