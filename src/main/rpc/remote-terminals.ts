// Terminals on hosts: output is one stream per terminal, input and size come as calls that name it.

import { randomUUID } from 'node:crypto';
import { NotFound } from '../../engine/wire/errors.ts';
import type { TerminalEvent } from '../contract/remote.ts';
import type { RemoteProcess, TerminalSize } from '../hosts/ssh/connection.ts';

export interface Terminals {
  /** Ends with the shell, or hangs up when the reader leaves. */
  open(process: RemoteProcess, signal: AbortSignal | undefined): AsyncGenerator<TerminalEvent>;
  /** Resolves when the bytes are on their way. @throws NotFound when the terminal is gone */
  write(id: string, data: string): Promise<void>;
  resize(id: string, size: TerminalSize): void;
}

export function openTerminals(): Terminals {
  const live = new Map<string, RemoteProcess>();
  const find = (id: string): RemoteProcess => {
    const process = live.get(id);
    if (!process) throw new NotFound('the terminal was closed');
    return process;
  };
  return {
    async *open(process, signal) {
      const id = randomUUID();
      live.set(id, process);
      const hangUp = (): void => { process.stream.destroy(); };
      signal?.addEventListener('abort', hangUp, { once: true });
      try {
        yield { kind: 'opened', id };
        process.stderr.resume();
        // A decoder that keeps split characters together: a chunk may end inside one.
        const decoder = new TextDecoder();
        for await (const chunk of process.stream as AsyncIterable<Buffer>) yield { kind: 'data', data: decoder.decode(chunk, { stream: true }) };
        yield { kind: 'exit', code: await process.exited };
      } catch (error) {
        if (!signal?.aborted) throw error;
      } finally {
        live.delete(id);
        signal?.removeEventListener('abort', hangUp);
        process.stream.destroy();
      }
    },
    write: (id, data) => new Promise((resolve, reject) => {
      find(id).stream.write(data, (error) => (error ? reject(error) : resolve()));
    }),
    resize: (id, size) => find(id).resize(size),
  };
}
