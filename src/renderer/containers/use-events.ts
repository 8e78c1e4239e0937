// The events of one container: what the engine remembers, then what comes.
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { DockerEvent } from '../../main/contract/system.ts';
import { onEngineEvent } from '../live.ts';
import { queryClient } from '../queries.ts';
import { rpc } from '../rpc.ts';

const DAYS_MS = 7 * 24 * 3600_000;
const KEPT = 2000;

/** Oldest first. */
export function useContainerEvents(host: string, id: string) {
  const queryKey = [host, 'container-events', id];
  const query = useQuery({ queryKey, queryFn: ({ signal }) => rpc.containerTools.events({ host, id, sinceMs: Date.now() - DAYS_MS }, { signal }) });
  useEffect(
    () =>
      onEngineEvent((from, event) => {
        if (from !== host || event.Type !== 'container' || event.Actor.ID !== id) return;
        queryClient.setQueryData<DockerEvent[]>([host, 'container-events', id], (now) => now && (now.some((old) => old.timeNano === event.timeNano && old.Action === event.Action) ? now : [...now, event].slice(-KEPT)));
      }),
    [host, id],
  );
  return query;
}
