// Sessions of BuildKit clients: connections over which the engine asks the client for files, secrets and credentials.
import { Duplex, Readable, Writable } from 'node:stream';
import { InvalidParameter, NotFound } from '../../wire/errors.ts';
import { channel } from '../channel.ts';
import { duplex, grpcClient, type GrpcClient, type Method } from './grpc.ts';
import { BYTES } from './messages.ts';

export interface Session { client: GrpcClient; /** "/package.Service/Method" in lower case, as the client offers them */ methods: ReadonlySet<string> }

export interface Sessions {
  /** Keeps a session for as long as its connection lives. */
  serve(id: string, methods: readonly string[], socket: Duplex): Promise<void>;
  /** Waits a moment for one that is on its way: the client opens it beside its first call. @throws NotFound */
  get(id: string, signal: AbortSignal): Promise<Session>;
}

const ARRIVAL_MS = 5000; // moby waits as long

export function openSessions(): Sessions {
  const open = new Map<string, Session>();
  const expected = new Map<string, Set<(session: Session) => void>>();
  return {
    async serve(id, methods, socket) {
      using client = grpcClient(socket);
      const session: Session = { client, methods: new Set(methods.map((method) => method.toLowerCase())) };
      open.set(id, session);
      for (const wake of expected.get(id) ?? []) wake(session);
      await client.closed;
      if (open.get(id) === session) open.delete(id);
    },
    async get(id, signal) {
      const here = open.get(id);
      if (here) return here;
      const wakers = expected.get(id) ?? new Set();
      expected.set(id, wakers);
      const late = AbortSignal.any([signal, AbortSignal.timeout(ARRIVAL_MS)]);
      try {
        return await new Promise<Session>((resolve, reject) => {
          wakers.add(resolve);
          late.addEventListener('abort', () => reject(new NotFound(`no session ${id}`)), { once: true });
        });
      } finally {
        if (expected.get(id) === wakers) expected.delete(id);
      }
    },
  };
}

interface Exposed { id: string; methods: string[] }

/** What a client says of its session, in the headers of `POST /session` and of Control.Session alike. @throws InvalidParameter */
export function exposed(headers: Record<string, string | string[] | undefined>): Exposed {
  const text = (name: string) => [headers[name] ?? []].flat().join(',');
  const id = text('x-docker-expose-session-uuid');
  if (id === '') throw new InvalidParameter('a session needs the header X-Docker-Expose-Session-Uuid');
  return { id, methods: text('x-docker-expose-session-grpc-method').split(',').map((method) => method.trim()).filter(Boolean) };
}

/** Control.Session: a session's connection inside a call, for clients that have only the one connection (bake). */
export const sessionMethod = (sessions: Sessions): Method => duplex(BYTES, BYTES, async function* (requests, { headers }) {
  const { id, methods } = exposed(headers);
  const out = channel<Buffer>();
  const received = async function* () {
    for await (const { data } of requests) if (data) yield data;
  };
  const socket = Duplex.from({
    readable: Readable.from(received(), { objectMode: false }),
    writable: new Writable({ write: (chunk: Buffer, _encoding, done) => { out.push(chunk); done(); }, destroy: (error, done) => { out.close(); done(error); } }),
  });
  const served = sessions.serve(id, methods, socket).finally(() => out.close());
  for await (const data of out) yield { data };
  await served;
});
