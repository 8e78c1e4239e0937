// Where questions of connections wait for a person: one list, seen by every window, answered by any of them.

import { randomUUID } from 'node:crypto';
import type { Answer, Ask, Question } from './questions.ts';

export interface PendingQuestion { id: string; hostId: string; /** whether a secret given now can outlive the app */ canKeep: boolean; question: Question }

export interface QuestionDesk {
  /** The asker of one host. Its question leaves the desk when its signal aborts. */
  askerOf(hostId: string): Ask;
  pending(): PendingQuestion[];
  /** Undefined is a cancelled dialog. Answering what is no longer asked does nothing. */
  answer(id: string, answer: Answer | undefined): void;
  subscribe(listener: () => void): Disposable;
}

export function createQuestionDesk(canKeep: boolean): QuestionDesk {
  const open = new Map<string, { pending: PendingQuestion; resolve(answer: Answer | undefined): void }>();
  const listeners = new Set<() => void>();
  const changed = (): void => { for (const listener of listeners) listener(); };
  const close = (id: string): void => { if (open.delete(id)) changed(); };
  return {
    askerOf: (hostId) => (question, { signal }) => new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const id = randomUUID();
      const abort = (): void => { close(id); reject(signal.reason as Error); };
      signal.addEventListener('abort', abort, { once: true });
      open.set(id, {
        pending: { id, hostId, canKeep, question },
        resolve: (answer) => { signal.removeEventListener('abort', abort); close(id); resolve(answer); },
      });
      changed();
    }),
    pending: () => [...open.values()].map(({ pending }) => pending),
    answer: (id, answer) => open.get(id)?.resolve(answer),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => { listeners.delete(listener); } };
    },
  };
}
