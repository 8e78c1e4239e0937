// What a build promises beside its result: stages side by side, nothing left after a disconnect or a crash, secrets nowhere, the same
// image twice, contexts in every form, a cache that can be looked at and emptied.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from '../engine/harness.ts';

let engine: TestEngine;
const folder = mkdtempSync(join(tmpdir(), 'gantry-build-'));
beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive());
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let contexts = 0;
function context(dockerfile: string, files: Record<string, string> = {}): string {
  const path = join(folder, `c${++contexts}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries({ Dockerfile: dockerfile, ...files })) writeFileSync(join(path, name), content);
  return path;
}
const tarOf = (path: string): Buffer => execFileSync('tar', ['-C', path, '-cf', '-', '.'], { maxBuffer: 64 << 20 });

/** POST /build as a client would; the lines of the answer. */
async function post(query: string, body?: Buffer, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const asked = request({ socketPath: engine.socketPath, method: 'POST', path: `/build?${query}`, headers: { 'Content-Type': 'application/x-tar', ...headers } });
  asked.end(body);
  const [response] = await once(asked, 'response') as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}
const idOf = async (name: string) => (await engine.api<{ Id: string }>('GET', `/images/${name}/json`)).json.Id;
const scratch = () => ['work', 'snapshots'].flatMap((name) => readdirSync(join(engine.dataRoot, 'build', name))).concat(readdirSync(join(engine.dataRoot, 'snapshots')));
async function eventually(check: () => boolean, withinMs: number): Promise<void> {
  for (const until = Date.now() + withinMs; !check() && Date.now() < until;) await new Promise((next) => setTimeout(next, 20));
  expect(check()).toBe(true);
}

test('independent stages run side by side', async () => {
  // each waits for the other in a cache mount that both share: one after the other, the first would wait in vain
  const meet = (own: string, other: string) => `RUN --mount=type=cache,target=/m,id=meet touch /m/${own}; i=0; while [ ! -e /m/${other} ]; do i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.1; done; touch /${own}`;
  const path = context(`FROM busybox:test AS a\n${meet('a', 'b')}\nFROM busybox:test AS b\n${meet('b', 'a')}\nFROM busybox:test\nCOPY --from=a /a /\nCOPY --from=b /b /`);
  expect(await engine.dockerOk('build', '-t', 'parallel', path)).toContain('Successfully tagged parallel:latest');
  const [build] = (await engine.api<{ id: string; state: string; steps: number }[]>('GET', '/gantry/builds')).json;
  expect(build).toMatchObject({ state: 'done', steps: 4 });
  expect((await engine.api('GET', `/gantry/builds/${build?.id}`)).body).toContain('"type":"ended"');
});

test('everything comes from the cache, whatever the modification times, until a content changes', async () => {
  const path = context('FROM busybox:test\nWORKDIR /w\nCOPY f .\nRUN cat f > g\nENV a=b', { f: 'one' });
  const first = await engine.dockerOk('build', '-t', 'cached', path);
  expect(first).not.toContain('Using cache');
  const id = await idOf('cached');
  utimesSync(join(path, 'f'), 1, 1);
  const second = await engine.dockerOk('build', '-t', 'cached', path);
  expect(second.match(/Using cache/g)).toHaveLength(4);
  expect(await idOf('cached')).toBe(id);
  writeFileSync(join(path, 'f'), 'two');
  const third = await engine.dockerOk('build', '-t', 'cached', path);
  expect(third.match(/Using cache/g)).toHaveLength(1);
  expect(await engine.dockerOk('build', '--no-cache', '-q', path)).not.toBe(id);
});

test('SOURCE_DATE_EPOCH gives the same image twice', async () => {
  const path = context('FROM busybox:test\nCOPY f /d/\nRUN echo x > /d/y && mkdir /d/z', { f: 'one' });
  const build = () => engine.dockerOk('build', '-q', '--no-cache', '--build-arg', 'SOURCE_DATE_EPOCH=1600000000', path);
  const first = await build();
  expect(await build()).toBe(first);
  expect((await engine.api<{ Created: string }>('GET', `/images/${first}/json`)).json.Created).toMatch(/^2020-09-13T12:26:40/);
});

test('a secret reaches its RUN and nothing else', async () => {
  const secret = `hunter2-${Math.random().toString(36).slice(2)}`;
  const path = context('FROM busybox:test\nRUN --mount=type=secret,id=token,required sha256sum /run/secrets/token > /sum\nRUN --mount=type=secret,id=token,env=T,required [ -n "$T" ] && env | sed s/T=.*// > /env');
  const header = Buffer.from(JSON.stringify({ secrets: { token: Buffer.from(secret).toString('base64') } })).toString('base64url');
  const { text } = await post('t=secret', tarOf(path), { 'X-Gantry-Build': header });
  expect(text).toContain('Successfully tagged secret');
  expect(text).not.toContain(secret);
  expect(spawnSync('grep', ['-rlF', secret, engine.dataRoot, engine.runRoot]).stdout.toString()).toBe('');
  const without = await post('nocache=1', tarOf(path));
  expect(without.text).toContain('secret token: not found');
});

test('a client that goes away stops its build and leaves nothing', async () => {
  const path = context('FROM busybox:test\nCOPY f /\nRUN echo started && sleep 4242', { f: 'x' });
  const client = engine.dockerSpawn('build', path);
  await new Promise<void>((ready) => client.stdout?.on('data', (chunk: Buffer) => { if (chunk.toString().includes('started')) ready(); }));
  client.kill('SIGKILL');
  await eventually(() => spawnSync('pgrep', ['-f', 'sleep 4242']).status === 1 && scratch().length === 0, 5000); // a quiet machine needs 0.2 s
  expect(engine.leftovers()).toEqual([]);
});

test('what a killed engine left of a build is gone after its next start', async () => {
  const path = context('FROM busybox:test\nCOPY f /\nRUN echo started && sleep 4343', { f: 'crash' });
  const client = engine.dockerSpawn('build', '--no-cache', path);
  await new Promise<void>((ready) => client.stdout?.on('data', (chunk: Buffer) => { if (chunk.toString().includes('started')) ready(); }));
  await engine.kill9();
  spawnSync('pkill', ['-9', '-f', 'sleep 4343']); // the runtime's child outlives a killed engine
  await engine.start();
  await eventually(() => scratch().length === 0, 10_000);
  await engine.dockerOk('build', '-q', context('FROM busybox:test\nRUN echo still works'));
});

test('an image brings its cache along when it was built to do so', async () => {
  const path = context('FROM busybox:test\nCOPY f /\nRUN echo inline > /g\nENV a=b', { f: 'inline' });
  await engine.dockerOk('build', '-t', 'with-cache', '--build-arg', 'BUILDKIT_INLINE_CACHE=1', path);
  await engine.api('POST', '/build/prune?all=true');
  const cached = await engine.dockerOk('build', '--cache-from', 'with-cache', path);
  expect(cached.match(/Using cache/g)).toHaveLength(3);
});

test('contexts come as plain, gzip and zstd tar, from http and from git', async () => {
  const path = context('FROM busybox:test\nCOPY f /f', { f: 'remote' });
  const tar = tarOf(path);
  for (const [name, body] of [['plain', tar], ['gzip', gzipSync(tar)], ['zstd', zstdCompressSync(tar)]] as const) expect((await post(`t=${name}`, body)).text).toContain(`Successfully tagged ${name}`);
  const server = createServer((asked, answer) => answer.end(asked.url === '/context.tar' ? tar : 'FROM busybox:test\nENV from=http\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const repository = join(folder, 'r.git');
  const git = (...argv: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'init.defaultBranch=main', ...argv], { cwd: repository });
  mkdirSync(join(repository, 'sub'), { recursive: true });
  writeFileSync(join(repository, 'sub/Dockerfile'), 'FROM busybox:test\nCOPY x /\n');
  writeFileSync(join(repository, 'sub/x'), 'git');
  git('init', '-q'); git('add', '.'); git('commit', '-qm', 'one'); git('branch', 'other');
  expect((await post(`t=git&remote=${encodeURIComponent(`file://${repository}#other:sub`)}`)).text).toContain('Successfully tagged git');
  // the engine lives in a network namespace of its own: there is no way to this server, and it says so
  expect((await post(`remote=${encodeURIComponent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/context.tar`)}`)).text).toContain('error downloading remote context');
  server.close();
});

test('the docker CLI sends a Dockerfile or a whole context through its standard input', async () => {
  const path = context('FROM busybox:test\nRUN false', { f: 'beside' });
  const build = (input: string | Buffer, ...argv: string[]) => spawnSync('docker', ['-H', `unix://${engine.socketPath}`, 'build', '-q', ...argv], { input, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, DOCKER_BUILDKIT: '0' } });
  expect(build('FROM busybox:test\nENV only=file', '-')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^sha256:/) });
  expect(build(gzipSync(tarOf(context('FROM busybox:test\nCOPY f /', { f: 'packed' }))), '-')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^sha256:/) });
  // this tar has neither the padding of its last file nor an end mark
  expect(build('FROM busybox:test\nCOPY f /\nRUN grep beside /f', '-f', '-', path)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^sha256:/) });
});

test('steps that change nothing stand on one another, and a RUN reaches the network it was given', async () => {
  await engine.dockerOk('network', 'create', 'builds');
  const path = context('FROM busybox:test\nRUN true\nRUN grep -w a.test /etc/hosts && grep -w b.test /etc/hosts\nRUN touch /made\nRUN true');
  await engine.dockerOk('build', '--network', 'builds', '--add-host', 'a.test:10.1.1.1', '--add-host', 'b.test:10.1.1.2', '-t', 'idle', path);
  expect(await engine.dockerOk('run', '--rm', '--network', 'none', 'idle', 'ls', '/made')).toBe('/made');
});

test('a fork bomb ends with its step', async () => {
  const { text } = await post('nocache=1&pidslimit=32', tarOf(context('FROM busybox:test\nRUN bomb() { bomb | bomb & }; bomb; sleep 0.5; exit 9')));
  expect(text).toMatch(/can't fork/);
  expect(text).toMatch(/returned a non-zero code: [29]/);
  await eventually(() => scratch().length === 0, 10_000);
});

test('a bad value found by a running step is shown on its line', async () => {
  const { text } = await post('nocache=1', tarOf(context('FROM busybox:test\nENV a=${b\n')));
  expect(text).toContain(String.raw`syntax error: missing '}'\n   2 | ENV a=${'$'}{b\n     | ^^^^^^^^^`);
  const strict = await post('', tarOf(context('# check=error=true\nFROM busybox:test\nENV a b\n')));
  expect(strict.text).toContain(String.raw`lint violation found for rules: LegacyKeyValueFormat`);
  expect(strict.text).toContain(String.raw`\n   3 | ENV a b\n     | ^^^^^^^`);
  const [build] = (await engine.api<{ id: string }[]>('GET', '/gantry/builds')).json;
  expect((await engine.api('GET', `/gantry/builds/${build?.id}`)).body).toMatch(/"dockerfile":"# check.*"errorLine":3/s);
});

test('no source of ADD or COPY leads out to the machine', async () => {
  const victim = join(folder, 'victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'mine');
  const path = context(`FROM busybox:test AS one
RUN mkdir -p /l /f && ln -s ${victim}/file /l/file && echo theirs > /f/file
FROM busybox:test
ADD link.tar through.tar /d/
COPY --from=one /l /f /e/
RUN cp /bin/busybox /d/own`);
  const parts = join(folder, 'parts');
  mkdirSync(join(parts, 'two/a'), { recursive: true });
  writeFileSync(join(parts, 'two/a/pwned'), 'theirs');
  execFileSync('ln', ['-s', victim, join(parts, 'a')]);
  execFileSync('tar', ['-C', parts, '-cf', join(path, 'link.tar'), 'a']);
  execFileSync('tar', ['-C', join(parts, 'two'), '-cf', join(path, 'through.tar'), 'a/pwned']);
  await engine.dockerOk('build', '-t', 'inside', path);
  expect([readdirSync(victim), readFileSync(join(victim, 'file'), 'utf8')]).toEqual([['file'], 'mine']);
});

test('a broken context, a missing Dockerfile and refused wishes say what is wrong', async () => {
  const tar = tarOf(context('FROM busybox:test', { 'Dockerfile.dev': 'FROM busybox:test' }));
  expect((await post('', tar.subarray(0, 700))).text).toContain('not a complete tar archive');
  expect((await post('dockerfile=Dockerfile.dve', tar)).text).toContain('Cannot locate specified Dockerfile: Dockerfile.dve (did you mean Dockerfile.dev?)');
  expect(await post('squash=1', tar)).toMatchObject({ status: 501, text: expect.stringContaining('squash is not supported') });
  expect(await post('version=2', tar)).toMatchObject({ status: 501, text: expect.stringContaining('DOCKER_BUILDKIT=0') });
});

test('the cache shows in system df and can be emptied', async () => {
  await engine.dockerOk('build', '-q', context('FROM busybox:test\nRUN --mount=type=cache,target=/c head -c 50000 /dev/zero > /c/f && head -c 20000 /dev/zero > /big'));
  const usage = async () => (await engine.api<{ BuildCache: { Type: string; Size: number }[] }>('GET', '/system/df')).json.BuildCache;
  expect((await usage()).some(({ Type, Size }) => Type === 'exec.cachemount' && Size === 50000)).toBe(true);
  const pruned = await engine.api<{ CachesDeleted: string[]; SpaceReclaimed: number }>('POST', '/build/prune?all=true');
  expect(pruned.json.SpaceReclaimed).toBeGreaterThan(70000);
  expect(await usage()).toEqual([]);
});
