// The builder behind BuildKit's API, with a client of our own: a connection for calls, and a session over which the engine fetches files.
// The real clients (buildx, Compose) are not in Debian 12; src/engine/build/README.md says with which versions they were seen to work.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { duplex, grpcClient, serveGrpc, unary } from '../../src/engine/build/buildkit/grpc.ts';
import { EMPTY, GATEWAY_SOLVE_REQUEST, GATEWAY_SOLVE_RESPONSE, PACKET, RETURN_REQUEST, SECRET_REQUEST, SECRET_RESPONSE, SOLVE_REQUEST, SOLVE_RESPONSE, STATUS_REQUEST, STATUS_RESPONSE } from '../../src/engine/build/buildkit/messages.ts';
import { busyboxArchive, startTestEngine, type TestEngine } from '../engine/harness.ts';

const CONTROL = '/moby.buildkit.v1.Control';
const GATEWAY = '/moby.buildkit.v1.frontend.LLBBridge';
const GO_DIR = 2 ** 31;
const BIG = Buffer.alloc(9 * 1024 * 1024, 'x'); // more than is asked for ahead

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive());
});
afterAll(() => engine[Symbol.asyncDispose]());

async function upgraded(path: string, headers: Record<string, string | string[]> = {}): Promise<Duplex> {
  const asked = request({ socketPath: engine.socketPath, method: 'POST', path, headers: { ...headers, Connection: 'Upgrade', Upgrade: 'h2c' } });
  asked.end();
  const [response, socket, head] = await once(asked, 'upgrade') as [IncomingMessage, Duplex, Buffer];
  expect(response.statusCode).toBe(101);
  socket.unshift(head); // the engine's first frames may have come along
  return socket;
}

/** Offers `files` under both names that a build asks for. Folders end in a slash; every client filters by the patterns it is given. */
async function offer(id: string, files: Record<string, Buffer | string>, excluded: string[] = []): Promise<void> {
  const diffCopy = duplex(PACKET, PACKET, async function* (requests, { headers }) {
    const follow = [headers['followpaths'] ?? []].flat().join(', ').split(', ').filter(Boolean);
    excluded.push(...[headers['exclude-patterns'] ?? []].flat().join(', ').split(', ').filter(Boolean));
    const shown = Object.entries(files).filter(([path]) => follow.length === 0 || follow.includes(path));
    for (const [path, content] of shown) yield { type: 0, stat: path.endsWith('/') ? { path: path.slice(0, -1), mode: GO_DIR + 0o755 } : { path, mode: 0o640, size: Buffer.byteLength(content) } };
    yield { type: 0 };
    for await (const packet of requests) {
      if (packet.type === 3) return yield { type: 3 };
      const content = Buffer.from(shown[packet.ID ?? 0]?.[1] ?? '');
      for (let at = 0; at < content.length; at += 32_768) yield { type: 2, ID: packet.ID, data: content.subarray(at, at + 32_768) };
      yield { type: 2, ID: packet.ID };
    }
  });
  const secret = unary(SECRET_REQUEST, SECRET_RESPONSE, ({ ID }) => ({ data: Buffer.from(`value of ${ID}`) }));
  const methods = new Map([['/moby.filesync.v1.FileSync/DiffCopy', diffCopy], ['/moby.buildkit.secrets.v1.Secrets/GetSecret', secret]]);
  void serveGrpc(await upgraded('/session', { 'X-Docker-Expose-Session-Uuid': id, 'X-Docker-Expose-Session-Grpc-Method': [...methods.keys()] }), methods);
}

/** The calls of buildx for one build. */
async function build(ref: string, attributes: Record<string, string>, name = ''): Promise<{ image: string | undefined; log: string; cached: number }> {
  using client = grpcClient(await upgraded('/grpc'));
  const inBuild = { 'buildkit-controlapi-buildid': ref };
  const solved = client.call(`${CONTROL}/Solve`, SOLVE_REQUEST, SOLVE_RESPONSE, { Ref: ref, Session: ref, Exporters: [{ Type: 'moby', Attrs: { name } }] });
  solved.catch(() => {}); // awaited below, after what may fail earlier
  const status = client.open(`${CONTROL}/Status`, STATUS_REQUEST, STATUS_RESPONSE, {}, AbortSignal.timeout(60_000));
  await status.send({ Ref: ref });
  status.end();
  let [log, cached] = ['', 0];
  const shown = (async () => {
    for await (const { logs = [], vertexes = [] } of status.messages) {
      log += logs.map(({ msg }) => msg?.toString()).join('');
      cached += vertexes.filter((vertex) => vertex.cached && vertex.completed).length;
    }
  })();
  const failure = await client.call(`${GATEWAY}/Solve`, GATEWAY_SOLVE_REQUEST, GATEWAY_SOLVE_RESPONSE, { Frontend: 'dockerfile.v0', FrontendOpt: attributes }, inBuild).then(() => undefined, (error: Error) => error.message);
  await client.call(`${GATEWAY}/Return`, RETURN_REQUEST, EMPTY, failure === undefined ? {} : { error: { code: 2, message: failure } }, inBuild).catch(() => {}); // it has no answer beyond its status
  await shown;
  return { image: (await solved).ExporterResponse?.['containerimage.config.digest'], log, cached };
}

test('a Dockerfile build takes files and secrets over the session, and the cache the next time', async () => {
  const excluded: string[] = [];
  const files = { Dockerfile: 'FROM busybox:test\nARG WHO\nCOPY . /all\nRUN --mount=type=secret,id=tok cat /run/secrets/tok; echo "for $WHO"; ls -lR /all; wc -c /all/sub/big', '.dockerignore': '# none\n/hidden\n', 'sub/': '', 'sub/big': BIG, 'sub/small': 'one', ...Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${index}`, `${index}`])) };
  await offer('first', files, excluded);
  const first = await build('first', { 'build-arg:WHO': 'me' }, 'kit:1,kit:2');
  expect(first.log).toMatch(new RegExp(`value of tok[^]*for me[^]*-rw-r-----[^]* f599[^]*${BIG.length} /all/sub/big`));
  expect(first.image).toBe((await engine.api<{ Id: string }>('GET', '/images/kit:2/json')).json.Id);
  expect(excluded).toContain('hidden');
  await offer('second', files);
  expect(await build('second', { 'build-arg:WHO': 'me' })).toMatchObject({ image: first.image, cached: 3 });
});

test('a failing step, a bad Dockerfile and what is not supported fail with their own words', async () => {
  await offer('fail', { Dockerfile: 'FROM busybox:test\nRUN echo before; exit 7' });
  await expect(build('fail', {})).rejects.toThrow('returned a non-zero code: 7');
  await offer('parse', { Dockerfile: 'FROM busybox:test\nRUM x' });
  await expect(build('parse', {})).rejects.toThrow('unknown instruction: RUM (did you mean RUN?)');
  using client = grpcClient(await upgraded('/grpc'));
  await expect(client.call(`${CONTROL}/Solve`, SOLVE_REQUEST, SOLVE_RESPONSE, { Ref: 'tar', Exporters: [{ Type: 'tar' }] })).rejects.toThrow('output type tar is not supported');
  await expect(client.call(`${CONTROL}/Nothing`, EMPTY, EMPTY, {})).rejects.toThrow('is not implemented');
});

test('a client that goes away stops its build', async () => {
  await offer('gone', { Dockerfile: 'FROM busybox:test\nRUN sleep 600' });
  const client = grpcClient(await upgraded('/grpc'));
  const states = async () => (await engine.api<{ state: string }[]>('GET', '/gantry/builds')).json.map(({ state }) => state);
  const ended = client.call(`${CONTROL}/Solve`, SOLVE_REQUEST, SOLVE_RESPONSE, { Ref: 'gone', Session: 'gone', Frontend: 'dockerfile.v0' }).catch((error: Error) => error);
  await expect.poll(states, { timeout: 10_000 }).toContain('running');
  client[Symbol.dispose]();
  expect(await ended).toBeInstanceOf(Error);
  await expect.poll(states, { timeout: 10_000 }).not.toContain('running');
  expect(engine.leftovers()).toEqual([]);
});
