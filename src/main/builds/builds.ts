// Builds of all hosts. A Gantry engine keeps its history itself, whoever started a build; for dockerd and Podman this keeps, while the
// app runs, what was started here. A build goes on when the view that started it closes.
import { randomBytes } from 'node:crypto';
import type { BuildEvent, BuildSummary } from '../../engine/build/events.ts';
import { summarise } from '../../engine/build/summary.ts';
import { errorMessage, NotFound } from '../../engine/wire/errors.ts';
import type { BuildOptions, BuildRow, BuildSource } from '../contract/builds.ts';
import type { DockerClient, Query } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { createChannel, type Channel } from '../rpc/channel.ts';
import { classicReader, type ClassicLine } from './classic-reader.ts';
import { packFolder, packText, folderPath } from './context-folder.ts';
import { checkDockerfile } from './dockerfile-check.ts';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Builds {
  list(host: string, client: DockerClient, signal?: AbortSignal): Promise<BuildRow[]>;
  start(host: string, client: DockerClient, source: BuildSource, options: BuildOptions): Promise<{ id: string }>;
  follow(host: string, client: DockerClient, id: string, signal?: AbortSignal): AsyncGenerator<BuildEvent>;
  cancel(host: string, client: DockerClient, id: string): Promise<void>;
  remove(host: string, client: DockerClient, id: string): Promise<void>;
}

interface Kept { events: BuildEvent[]; summary: BuildSummary; watchers: Set<Channel<BuildEvent>>; abort: AbortController }

const KEPT_SOURCES = 200;

/** @param file where the sources of builds started here are kept, for "build again" */
export function createBuilds(file: string): Builds {
  const kept = new Map<string, Map<string, Kept>>(); // host -> id -> build
  let sources: Promise<Map<string, BuildSource>> | undefined; // `host id` -> where its files came from
  const readSources = () => (sources ??= readFile(file, 'utf8').then((text) => new Map(JSON.parse(text) as [string, BuildSource][]), () => new Map<string, BuildSource>())); // none yet, or damaged: only a button less
  const keepSource = async (key: string, source: BuildSource): Promise<void> => {
    const map = await readSources();
    map.set(key, source);
    for (const old of [...map.keys()].slice(0, -KEPT_SOURCES)) map.delete(old);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify([...map]), { mode: 0o600 });
  };
  const aborts = new Map<string, AbortController>();
  const products = new Map<string, string>();

  const isGantry = async (host: string, client: DockerClient, signal?: AbortSignal): Promise<boolean> => {
    const product = products.get(host) ?? (await engineInfo(client, signal)).product;
    products.set(host, product);
    return product === 'gantry';
  };
  const here = (host: string) => {
    let map = kept.get(host);
    if (!map) kept.set(host, (map = new Map()));
    return map;
  };
  const mine = (host: string, id: string): Kept => {
    const build = kept.get(host)?.get(id);
    if (!build) throw new NotFound(`no such build: ${id}`);
    return build;
  };

  const startOnGantry = async (host: string, client: DockerClient, source: BuildSource, options: BuildOptions): Promise<{ id: string }> => {
    const abort = new AbortController();
    const response = await client.raw('POST', '/build', { ...(await call(source, options, abort.signal)), signal: abort.signal });
    const id = String(response.headers['x-gantry-build-id'] ?? '');
    await keepSource(`${host} ${id}`, source);
    aborts.set(`${host} ${id}`, abort);
    response.on('error', () => {}); // the history tells how it ended
    response.resume().once('close', () => aborts.delete(`${host} ${id}`));
    return { id };
  };

  const startClassic = async (host: string, client: DockerClient, source: BuildSource, options: BuildOptions): Promise<{ id: string }> => {
    const id = randomBytes(12).toString('hex');
    const abort = new AbortController();
    const text = await dockerfileText(source, options);
    const reader = classicReader(checkDockerfile(text), text, options.tags);
    const request = await call(source, options, abort.signal);
    const started: BuildEvent = {
      type: 'started', id, atMs: Date.now(),
      request: { tags: options.tags, dockerfile: options.dockerfile, target: options.target, platform: options.platform, remote: source.kind === 'git' ? source.url : '', buildArgs: options.args, noCache: options.noCache, pull: options.pull },
    };
    const build: Kept = { events: [], summary: summarise(undefined, started) as BuildSummary, watchers: new Set(), abort };
    here(host).set(id, build);
    await keepSource(`${host} ${id}`, source);
    const add = (event: BuildEvent) => {
      build.events.push(event);
      build.summary = summarise(build.summary, event) ?? build.summary;
      for (const watcher of build.watchers) watcher.push(event);
    };
    add(started);
    void (async () => {
      let failure: { message: string; isCanceled: boolean } | undefined;
      try {
        for await (const line of client.lines<ClassicLine>('POST', '/build', { ...request, signal: abort.signal })) for (const event of reader.read(line, Date.now())) add(event);
      } catch (error) {
        failure = { message: errorMessage(error), isCanceled: abort.signal.aborted };
      }
      for (const event of reader.end(Date.now(), failure)) add(event);
      for (const watcher of build.watchers) watcher.close();
    })();
    return { id };
  };

  return {
    async list(host, client, signal) {
      const rows = (await isGantry(host, client, signal)) ? await client.json<BuildSummary[]>('GET', '/gantry/builds', { signal }) : [...here(host).values()].map(({ summary }) => summary).sort((a, b) => b.startedAtMs - a.startedAtMs);
      const known = await readSources();
      return rows.map((row) => ({ ...row, source: known.get(`${host} ${row.id}`) ?? (row.request.remote === '' ? null : { kind: 'git', url: row.request.remote }) }));
    },
    start: async (host, client, source, options) => ((await isGantry(host, client)) ? startOnGantry : startClassic)(host, client, source, options),
    async *follow(host, client, id, signal) {
      if (await isGantry(host, client, signal)) {
        yield* client.lines<BuildEvent>('GET', `/gantry/builds/${encodeURIComponent(id)}`, { signal });
        return;
      }
      const build = mine(host, id);
      const channel = createChannel<BuildEvent>({ signal });
      for (const event of build.events) channel.push(event);
      if (build.summary.state === 'running') build.watchers.add(channel);
      else channel.close();
      try {
        yield* channel;
      } finally {
        build.watchers.delete(channel);
      }
    },
    async cancel(host, client, id) {
      if (await isGantry(host, client)) await client.json<void>('POST', '/build/cancel', { query: { id } });
      else mine(host, id).abort.abort();
      aborts.get(`${host} ${id}`)?.abort();
    },
    async remove(host, client, id) {
      if (await isGantry(host, client)) await client.json<void>('DELETE', `/gantry/builds/${encodeURIComponent(id)}`);
      else if (mine(host, id).summary.state !== 'running') here(host).delete(id);
    },
  };
}

async function dockerfileText(source: BuildSource, options: BuildOptions): Promise<string> {
  if (source.kind === 'text') return source.dockerfile;
  return source.kind === 'folder' ? readFile(join(folderPath(source.path), options.dockerfile), 'utf8') : '';
}

async function call(source: BuildSource, options: BuildOptions, signal: AbortSignal): Promise<{ query: Query; headers: Record<string, string>; body?: Awaited<ReturnType<typeof packFolder>> | Uint8Array }> {
  const query: Query = {
    version: '1', rm: true, forcerm: true, t: options.tags, dockerfile: source.kind === 'text' ? 'Dockerfile' : options.dockerfile,
    ...(options.target === '' ? {} : { target: options.target }), ...(options.platform === '' ? {} : { platform: options.platform }),
    buildargs: JSON.stringify(options.args), labels: JSON.stringify(options.labels), nocache: options.noCache, pull: options.pull,
    ...(options.network === 'default' ? {} : { networkmode: options.network }),
    ...(source.kind === 'git' ? { remote: source.url } : {}),
  };
  const secrets = Object.entries(options.secrets).map(([id, value]) => [id, Buffer.from(value).toString('base64')]);
  const headers: Record<string, string> = secrets.length === 0 ? {} : { 'x-gantry-build': Buffer.from(JSON.stringify({ secrets: Object.fromEntries(secrets) as Record<string, string> })).toString('base64url') };
  if (source.kind === 'git') return { query, headers };
  return { query, headers, body: source.kind === 'text' ? packText(source.dockerfile) : await packFolder(source.path, options.dockerfile, signal) };
}
