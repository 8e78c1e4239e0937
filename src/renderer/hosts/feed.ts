// What connections tell: questions that wait for a person, and how each SSH host fares. Fed by two streams while the page lives.
import { useEffect } from 'react';
import type { PendingQuestion, RemoteStatus } from '../../main/contract/remote.ts';
import { rpc } from '../rpc.ts';
import { createStore } from '../store.ts';

export const questions = createStore<PendingQuestion[]>([]);
export const statuses = createStore<Record<string, RemoteStatus>>({});

const RETRY_MS = 500;

/** Mount once, beside the dialogs. */
export function useRemoteFeeds(): void {
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    void keep(signal, async () => {
      for await (const list of await rpc.remote.questions(undefined, { signal })) questions.set(list);
    });
    void keep(signal, async () => {
      for await (const now of await rpc.remote.statuses(undefined, { signal })) statuses.set(now);
    });
    return () => controller.abort();
  }, []);
}

async function keep(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => {}); // the shell's own state says why: connection lost
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
