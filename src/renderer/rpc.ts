// The renderer's only way out: the typed contract over a WebSocket (browser shell) or a MessagePort (Electron).
// The link survives a lost connection: calls made meanwhile wait for the next one, calls in flight fail and their owners try again.
import { createORPCClient, type ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../main/contract/index.ts';
import { createStore } from './store.ts';

export type Rpc = ContractRouterClient<Contract>;
type Link = ClientLink<Record<never, never>>;

/** `denied`: the one-time link was used already. */
export type ShellState = 'connecting' | 'open' | 'lost' | 'denied';
export const shellState = createStore<ShellState>('connecting');

let link = Promise.withResolvers<Link>();

export const rpc: Rpc = createORPCClient<Rpc>({
  async call(path, input, options) {
    return (await link.promise).call(path, input, options);
  },
});

/** Connects for as long as the page lives. */
export async function connectShell(): Promise<void> {
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fixture')) {
    const { fixtureLink } = await import('./fixtures/link.ts');
    return opened(fixtureLink(new URLSearchParams(window.location.search).get('fixture') ?? 'little'));
  }
  if (window.location.protocol === 'gantry:') return connectPort();
  if (!(await openSession())) return shellState.set('denied');
  connectSocket(250);
}

function opened(made: Link): void {
  link.resolve(made);
  shellState.set('open');
}

function connectPort(): void {
  window.addEventListener('message', (event) => {
    const port = event.data === 'gantry:port' ? event.ports[0] : undefined;
    if (!port) return;
    port.start();
    opened(new PortLink({ port }));
  });
  window.postMessage('gantry:connect', window.location.origin);
}

/** Trades the token of the address for the cookie, and takes it out of the address. */
async function openSession(): Promise<boolean> {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
  const answer = await fetch('/session', { method: 'POST', body: token });
  if (token) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return answer.ok;
}

function connectSocket(retryMs: number): void {
  const socket = new WebSocket(`ws://${window.location.host}/rpc`);
  let wasOpen = false;
  socket.addEventListener('open', () => {
    wasOpen = true;
    opened(new SocketLink({ websocket: socket }));
  });
  socket.addEventListener('close', () => {
    if (wasOpen) link = Promise.withResolvers<Link>();
    shellState.set('lost');
    const wait = wasOpen ? 250 : Math.min(retryMs * 2, 5000);
    setTimeout(() => connectSocket(wait), wait);
  });
}

/** Address of a transfer (upload, download) in this shell. */
export function transferUrl(path: string): string {
  return new URL(path, window.location.href).href;
}

export interface RpcFailure { kind: string; status: number; data?: unknown; message: string }

/** What went wrong, in the engine's words. */
export function failureOf(error: unknown): RpcFailure {
  const data = (error as { data?: { kind?: string; status?: number; data?: unknown } }).data;
  return {
    kind: data?.kind ?? 'System',
    status: data?.status ?? 500,
    message: error instanceof Error ? error.message : String(error),
    ...(data?.data === undefined ? {} : { data: data.data }),
  };
}
