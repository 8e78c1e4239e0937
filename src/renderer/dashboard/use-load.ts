// Load of the hosts in scope, one sample a second, summed, for the last two minutes. It goes on while the dashboard is shown.
import { useEffect, useMemo, useState } from 'react';
import type { LoadSample } from '../../main/contract/system.ts';
import { useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';

const KEPT_SECONDS = 120;
const RETRY_MS = 3000;

export type LoadPoint = Omit<LoadSample, 'running'>;

export function useLoad(): LoadPoint[] {
  const ids = useScopedHosts().filter((host) => host.state === 'live').map((host) => host.id).join(' ');
  const [byHost, setByHost] = useState<Record<string, LoadSample[]>>({});
  useEffect(() => {
    const controller = new AbortController();
    for (const id of ids.split(' ').filter(Boolean)) {
      void follow(id, controller.signal, (sample) => setByHost((now) => ({ ...now, [id]: [...(now[id] ?? []), sample].slice(-KEPT_SECONDS) })));
    }
    return () => controller.abort();
  }, [ids]);
  return useMemo(() => summed(ids.split(' ').flatMap((id) => (byHost[id] ? [byHost[id]] : []))), [byHost, ids]);
}

async function follow(host: string, signal: AbortSignal, onSample: (sample: LoadSample) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const sample of await rpc.system.load({ host }, { signal })) onSample(sample);
    } catch {
      // The banner tells of a lost host; here the line just pauses.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Samples of the same second are added up; a second that a host lacks counts without it. */
export function summed(series: LoadSample[][]): LoadPoint[] {
  const seconds = Map.groupBy(series.flat(), (sample) => Math.round(sample.atMs / 1000));
  return [...seconds].toSorted(([a], [b]) => a - b).map(([second, samples]) => ({
    atMs: second * 1000,
    cpuPercent: samples.reduce((sum, sample) => sum + sample.cpuPercent, 0),
    memoryBytes: samples.reduce((sum, sample) => sum + sample.memoryBytes, 0),
    rxBytesPerSecond: samples.reduce((sum, sample) => sum + sample.rxBytesPerSecond, 0),
    txBytesPerSecond: samples.reduce((sum, sample) => sum + sample.txBytesPerSecond, 0),
  }));
}
