// A handle on one explorer thread: calls become messages, disposing ends the thread and gives its memory back.
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../engine/wire/errors.ts';
import type { Call, Reply, ThreadApi } from './thread-protocol.ts';

export type ExplorerThread = ThreadApi & AsyncDisposable;

/** @param url of explorer-thread.ts, or of what the bundler made of it */
export function startThread(url: URL): ExplorerThread {
  const worker = new Worker(url);
  worker.unref(); // an open explorer does not keep the app alive
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let next = 0;
  let dead: Error | undefined;
  const fail = (error: Error) => {
    dead = error;
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) call?.reject(new EngineError(reply.error.kind, reply.error.message));
    else call?.resolve(reply.result);
  });
  worker.on('error', (error: Error) => fail(new EngineError('System', 'the layer explorer stopped', { cause: error })));
  worker.on('exit', () => fail(dead ?? new EngineError('Unavailable', 'the layer explorer was closed')));
  const call = (method: keyof ThreadApi) => (argument?: unknown) => new Promise((resolve, reject) => {
    if (dead) { reject(dead); return; }
    const id = next++;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, method, argument } satisfies Call, moved(argument)); // chunks and trees move, they are not copied
  });
  const methods: (keyof ThreadApi)[] = [
    'warmUp', 'openArchive', 'openTar', 'startFeed', 'feed', 'takeLayer', 'openTrees', 'flatten', 'compare', 'image', 'rows', 'place', 'details', 'find', 'sizes', 'waste', 'locate', 'below', 'export',
  ];
  return {
    ...(Object.fromEntries(methods.map((method) => [method, call(method)])) as unknown as ThreadApi),
    async [Symbol.asyncDispose]() {
      dead ??= new EngineError('Unavailable', 'the layer explorer was closed');
      await worker.terminate();
    },
  };
}

/** Memory that may leave this thread with a message: a buffer's own, never a share of Node's pool. */
function moved(argument: unknown): ArrayBuffer[] {
  const list = argument instanceof Uint8Array ? [argument] : ((argument as { trees?: Uint8Array[] } | undefined)?.trees ?? []);
  return [...new Set(list.filter((bytes) => bytes.byteLength === bytes.buffer.byteLength).map((bytes) => bytes.buffer as ArrayBuffer))];
}

const WARM_AFTER_MS = 1500; // not while the app starts, nor while the thread just taken is busy

/** Threads that are started before they are needed: starting one takes longer than most images take to open. */
export function warmThreads(url: URL): { take(): ExplorerThread } & AsyncDisposable {
  let spare: ExplorerThread | undefined;
  let timer: NodeJS.Timeout | undefined;
  const warm = () => { timer = setTimeout(() => { spare ??= warmed(url); }, WARM_AFTER_MS).unref(); };
  warm();
  return {
    take() {
      const thread = spare ?? startThread(url);
      spare = undefined;
      clearTimeout(timer);
      warm();
      return thread;
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await spare?.[Symbol.asyncDispose]();
    },
  };
}

function warmed(url: URL): ExplorerThread {
  const thread = startThread(url);
  thread.warmUp().catch(() => {}); // it may be closed meanwhile; what is wrong with it shows at its first real call
  return thread;
}
