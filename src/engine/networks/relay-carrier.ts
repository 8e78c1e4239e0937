// Hands relayed connections to the thread that carries them; the thread is there from the first one on.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Log } from '../base/log.ts';
import { closePipe, duplicate, makePipe } from '../kernel/splice.ts';
import { System } from '../wire/errors.ts';
import type { HandedOver, RelayThreadData } from './relay-thread.ts';

export interface Carrier extends Disposable {
  /** Both sockets are connected, and nothing was read from either; they are Node's no more. */
  carry(client: Socket, upstream: Socket): void;
}

export function createCarrier(log: Log): Carrier {
  let running: { thread: Worker; wake: ReturnType<typeof makePipe> } | undefined;
  const start = () => {
    const wake = makePipe();
    const thread = new Worker(new URL('./relay-thread.ts', import.meta.url), { name: 'relay', workerData: { wakeFd: wake.read } satisfies RelayThreadData, resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    thread.unref();
    thread.on('error', (error) => log.warn('the thread of relayed connections failed; what it carried is broken off', { error }));
    thread.on('exit', () => {
      if (running?.thread === thread) running = undefined;
      closePipe(wake);
    });
    return { thread, wake };
  };
  return {
    carry(client, upstream) {
      running ??= start();
      const [one, other] = [client, upstream].map(take) as [number, number];
      running.thread.postMessage({ client: one, upstream: other } satisfies HandedOver);
      try {
        writeSync(running.wake.write, 'x');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // full of calls that wake it already
      }
    },
    [Symbol.dispose]() {
      void running?.thread.terminate();
    },
  };
}

/** A descriptor of the socket's connection that is not Node's. */
function take(socket: Socket): number {
  const { fd } = (socket as unknown as { _handle: { fd?: number } | null })._handle ?? {};
  if (fd === undefined || fd < 0) throw new System('a relayed connection has no descriptor');
  const own = duplicate(fd);
  socket.destroy();
  return own;
}
