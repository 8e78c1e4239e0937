// Everything about remote hosts that lives as long as the app: the SSH connector, waiting questions, statuses, terminals.

import { homedir, hostname, userInfo } from 'node:os';
import type { RemoteStatus } from '../contract/remote.ts';
import type { Secrets } from '../secrets.ts';
import type { BundleSource } from './remote-engine-bundle.ts';
import { createSshConnector, type SshConnector } from './ssh-connector.ts';
import { createQuestionDesk, type QuestionDesk } from './ssh/question-desk.ts';
import { proxyCommand, type ProxyChild } from './ssh/proxy-command.ts';
import type { SessionStatus } from './ssh/session.ts';

export interface Remote {
  ssh: SshConnector;
  desk: QuestionDesk;
  home: string;
  /** What an engine for another machine is made of. */
  bundles: BundleSource;
  statuses(): Record<string, RemoteStatus>;
  /** Tells of every change of the statuses, until disposed. */
  subscribe(listener: () => void): Disposable;
}

export interface RemoteOptions {
  secrets: Secrets;
  env: Readonly<Record<string, string | undefined>>;
  spawn(file: string, args: string[]): ProxyChild;
  /** The application's root folder, and where it may keep files. */
  root: string;
  cache: string;
  /** Tell the host list. */
  report(hostId: string, state: 'live' | 'reconnecting', error?: unknown): void;
}

export function createRemote({ secrets, env, spawn, root, cache, report }: RemoteOptions): Remote {
  const desk = createQuestionDesk(secrets.durable);
  const board = new Map<string, RemoteStatus>();
  const listeners = new Set<() => void>();
  const home = env['HOME'] || homedir();
  const ssh = createSshConnector({
    origin: { home, user: userInfo().username, localHost: hostname(), env },
    secrets: {
      read: async (name) => secrets.get(name),
      write: (name, value) => secrets.set(name, value),
      forget: (name) => secrets.delete(name),
    },
    askerOf: desk.askerOf,
    spawnProxy: proxyCommand(spawn),
    onStatus(hostId, status) {
      const before = board.get(hostId)?.state;
      if (status.state === 'closed') board.delete(hostId);
      else board.set(hostId, plain(status));
      for (const listener of listeners) listener();
      if (status.state === 'reconnecting') report(hostId, 'reconnecting', status.problem);
      else if (status.state === 'connected' && before === 'reconnecting') report(hostId, 'live');
    },
  });
  return {
    ssh, desk, home,
    bundles: { root, cache, spawn },
    statuses: () => Object.fromEntries(board),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => { listeners.delete(listener); } };
    },
  };
}

function plain({ problem, ...status }: SessionStatus): RemoteStatus {
  return { ...status, ...(problem ? { problem: { ...problem.data, message: problem.message } } : {}) };
}
