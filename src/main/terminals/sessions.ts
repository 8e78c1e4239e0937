// The terminal sessions of all windows. Each keeps the end of what was written, so that a view opened later shows it.
import { randomUUID } from 'node:crypto';
import { NotFound } from '../../engine/wire/errors.ts';
import { readFrames } from '../../engine/wire/frames.ts';
import type { TerminalInfo, TerminalOutput } from '../contract/terminals.ts';
import { createChannel, type Channel } from '../rpc/channel.ts';
import type { Size, TerminalConnection } from './connect.ts';

export interface Terminals extends AsyncDisposable {
  add(connection: TerminalConnection, about: Pick<TerminalInfo, 'host' | 'container' | 'kind' | 'title'>): TerminalInfo;
  list(host: string, container: string): TerminalInfo[];
  /** @throws NotFound, as do the others */
  attach(id: string, signal: AbortSignal | undefined): AsyncGenerator<TerminalOutput>;
  write(id: string, data: string): Promise<void>;
  resize(id: string, size: Size): Promise<void>;
  close(id: string): Promise<void>;
}

interface Session { info: TerminalInfo; connection: TerminalConnection; history: string[]; historySize: number; readers: Set<Channel<TerminalOutput>> }

/** UTF-16 units; several screens of the widest terminal */
const HISTORY_SIZE = 512 * 1024;
/** Exit codes of a program that could not be run (POSIX shell, "Exit Status for Commands"). */
const NOT_STARTED = [126, 127];
const SOON_MS = 2000;

export function createTerminals(): Terminals {
  const sessions = new Map<string, Session>();
  const get = (id: string) => {
    const session = sessions.get(id);
    if (!session) throw new NotFound('this terminal was closed');
    return session;
  };
  const close = async (id: string) => {
    const session = get(id);
    sessions.delete(id);
    for (const reader of session.readers) reader.close();
    session.connection.stream.destroy();
    if (session.info.endedAtMs === undefined) await session.connection.kill();
  };
  return {
    add(connection, about) {
      const info: TerminalInfo = { id: randomUUID(), ...about, startedAtMs: Date.now() };
      const session: Session = { info, connection, history: [], historySize: 0, readers: new Set() };
      sessions.set(info.id, session);
      void pump(session);
      return info;
    },
    list: (host, container) => [...sessions.values()].map((session) => session.info).filter((info) => info.host === host && info.container === container),
    async *attach(id, signal) {
      const session = get(id);
      const reader = createChannel<TerminalOutput>({ signal });
      session.readers.add(reader);
      try {
        if (session.history.length > 0) yield { type: 'data', data: session.history.join('') };
        if (session.info.endedAtMs !== undefined) yield { type: 'end', info: session.info };
        else yield* reader;
      } finally {
        session.readers.delete(reader);
      }
    },
    async write(id, data) {
      const { connection, info } = get(id);
      if (info.endedAtMs === undefined && !connection.stream.write(data)) {
        await new Promise<void>((resolve) => connection.stream.once('drain', resolve).once('close', resolve));
      }
    },
    async resize(id, size) {
      const { connection, info } = get(id);
      if (info.endedAtMs === undefined) await connection.resize(size);
    },
    close,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...sessions.keys()].map(close));
    },
  };
}

/** From the connection to the history and the readers, until it ends. */
async function pump(session: Session): Promise<void> {
  const { connection, info } = session;
  const decoder = new TextDecoder();
  const take = (bytes: Uint8Array) => {
    const data = decoder.decode(bytes, { stream: true });
    session.history.push(data);
    session.historySize += data.length;
    while (session.historySize - (session.history[0]?.length ?? 0) > HISTORY_SIZE) session.historySize -= session.history.shift()?.length ?? 0;
    for (const reader of session.readers) reader.push({ type: 'data', data });
  };
  try {
    if (connection.isTty) for await (const chunk of connection.stream) take(chunk as Buffer);
    else for await (const { payload } of readFrames(connection.stream)) take(Buffer.from(payload.toString('utf8').replaceAll('\n', '\r\n')));
  } catch {
    // A broken connection is an end like any other; what the engine knows about it is asked next.
  }
  const exitCode = await connection.exitCode().catch(() => undefined);
  session.info = {
    ...info,
    endedAtMs: Date.now(),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(exitCode !== undefined && NOT_STARTED.includes(exitCode) && Date.now() - info.startedAtMs < SOON_MS ? { isMissingProgram: true } : {}),
  };
  for (const reader of session.readers) {
    reader.push({ type: 'end', info: session.info });
    reader.close();
  }
}
