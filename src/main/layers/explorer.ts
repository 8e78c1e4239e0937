// The explorer as main offers it: opens images into threads, keeps the last few open, and reads contents for them.
// Three ways to an image: our own engine gives tree files and contents; any other engine's save stream is read once, while it is
// also written to the cache (so that contents can be shown); an archive that a person dropped is kept until its session ends.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { NotFound } from '../../engine/wire/errors.ts';
import type { ImageConfig } from '../../engine/layers/report-instruction.ts';
import type { ExplorerImage, OpenStep } from '../contract/layers.ts';
import type { DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { archiveContent } from './content.ts';
import { compareConfigs } from './config-changes.ts';
import { createCache } from './explorer-cache.ts';
import { progressQueue, tee } from './feed.ts';
import { gantryContent, gantryTrees } from './gantry-source.ts';
import { imagePath, knownImages } from './image-input.ts';
import { droppedName, removeLeftovers } from './leftovers.ts';
import { ready, type Opened, type Register } from './opened.ts';
import { openRemote, type RemoteOptions } from './remote-image.ts';
import { sharedFile } from './shared-file.ts';
import { warmThreads, type ExplorerThread } from './thread.ts';
import type { ArchiveFacts } from './thread-protocol.ts';

export interface OpenOptions {
  fresh?: boolean | undefined;
  platform?: string | undefined;
  /** the engine is behind a network: say the size and stop, unless the image is cached */
  asks?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface Explorer extends AsyncDisposable {
  open(client: DockerClient, image: string, options: OpenOptions): AsyncGenerator<OpenStep>;
  openArchive(body: Readable, fileName: string, sizeBytes: number, signal?: AbortSignal): AsyncGenerator<OpenStep>;
  openRemote(client: DockerClient, options: RemoteOptions): AsyncGenerator<OpenStep>;
  /** Another image of the archive that a session was read from. @throws NotFound, InvalidParameter */
  choose(session: string, imageId: string): Promise<Opened>;
  openContainer(client: DockerClient, id: string, name: string, signal?: AbortSignal): AsyncGenerator<OpenStep>;
  compare(before: string, after: string, ignoreTimes: boolean): Promise<Opened>;
  /** @throws NotFound when it was closed */
  get(session: string): Opened;
  close(session: string): Promise<void>;
}

const KEPT_OPEN = 8;
const LEAST_OPEN = 3; // two images and their comparison
const KEPT_ENTRIES = 1_500_000; // of all images together; half a million take some 200 MB

/** @param folder of the cache, inside the profile */
export function createExplorer(folder: string, threadUrl: URL): Explorer {
  const cache = createCache(folder);
  const sessions = new Map<string, Opened>();
  const threads = warmThreads(threadUrl);
  removeLeftovers(folder).catch(() => {}); // they cost disk alone, and the next start tries again
  const register: Register = async (fill) => {
    const { dispose, ...rest } = fill;
    const opened: Opened = { ...rest, id: randomBytes(9).toString('base64url'), async [Symbol.asyncDispose]() { await rest.thread[Symbol.asyncDispose](); await dispose?.(); } };
    sessions.set(opened.id, opened);
    for (const [id, old] of sessions) {
      if (old === opened || sessions.size <= LEAST_OPEN || (sessions.size <= KEPT_OPEN && entriesOf([...sessions.values()]) <= KEPT_ENTRIES)) break;
      if (![...sessions.values()].some((other) => other.parts?.includes(old))) { sessions.delete(id); old[Symbol.asyncDispose]().catch(() => {}); } // ending a large thread takes long; nobody waits for it
    }
    return opened;
  };
  /** Reads a stream that is kept as a file until its session ends. @param config of a file system's tar; undefined: an image archive */
  async function* openFile(body: Readable, title: string, sizeBytes: number, config: ImageConfig | undefined, signal: AbortSignal | undefined): AsyncGenerator<OpenStep> {
    const began = performance.now();
    await using undo = new AsyncDisposableStack();
    const thread = undo.use(threads.take());
    const path = join(folder, `${droppedName()}${/\.(zst|tzst)$/.test(title) ? '.zst' : ''}`);
    undo.defer(() => rm(path, { force: true }));
    const steps = progressQueue();
    const work = tee(body, path, thread, steps.push, signal, config === undefined ? 'archive' : 'tar').then(() => (config === undefined ? thread.openArchive({ title }) : thread.openTar({ title, config }))).finally(steps.close);
    work.catch(() => {}); // awaited below
    for await (const bytes of steps.values) yield { type: 'progress', bytes, totalBytes: sizeBytes };
    const { facts } = await work;
    const file = sharedFile(path);
    const opened = await register({
      thread, meta: facts.meta, image: await ready(thread, began, false, facts.choices), content: archiveContent(path, facts.isCompressed, facts.places), fetchAll: undefined, parts: undefined,
      archive: { path, title, file }, dispose: file.take(),
    });
    undo.move();
    yield { type: 'ready', session: opened.id, image: opened.image };
  }
  const explorer: Explorer = {
    async *open(client, name, { fresh, platform, asks, signal }) {
      const began = performance.now();
      await using undo = new AsyncDisposableStack();
      const thread = undo.use(threads.take());
      const [detail, engine] = await Promise.all([client.json<{ Id: string; Size?: number; RepoTags?: string[] | null }>('GET', imagePath(name, '/json'), { signal }), engineInfo(client, signal)]);
      const title = name.startsWith('sha256:') ? (detail.RepoTags?.[0] ?? name.slice(7, 19)) : name;
      if (engine.product === 'gantry') {
        const { meta, trees } = await gantryTrees(client, name, signal);
        await thread.openTrees({ meta: { ...meta, image: title }, trees });
        const fetchAll = async (onProgress: (bytes: number) => void, stop?: AbortSignal) => {
          const entry = cache.entry(detail.Id);
          const { facts } = await streamImage(client, name, entry.archivePath, thread, onProgress, { signal: stop, reopen: false });
          return archiveContent(entry.archivePath, facts.isCompressed, facts.places);
        };
        const opened = await register({ thread, meta, image: await ready(thread, began, false), content: gantryContent(client, detail.Id), fetchAll, parts: undefined });
        undo.move();
        yield { type: 'ready', session: opened.id, image: opened.image };
        return;
      }
      const entry = cache.entry(platform === undefined ? detail.Id : `${detail.Id}-${platform.replaceAll('/', '-')}`);
      const kept = fresh ? undefined : await entry.read();
      let facts: ArchiveFacts;
      if (kept !== undefined) {
        facts = kept.facts;
        await thread.openTrees({ meta: { ...facts.meta, image: title, known: await knownImages(client, detail.Id, signal) }, trees: kept.trees });
      } else {
        if (asks) { yield { type: 'ask', bytes: detail.Size ?? 0 }; return; }
        const steps = progressQueue();
        const known = knownImages(client, detail.Id, signal);
        known.catch(() => {}); // awaited below
        const work = streamImage(client, name, entry.archivePath, thread, steps.push, { signal, known: await known, title, platform }).finally(steps.close);
        work.catch(() => {}); // awaited below
        yield { type: 'progress', bytes: 0, totalBytes: detail.Size ?? 0 }; // an engine may take long until its first byte
        for await (const bytes of steps.values) yield { type: 'progress', bytes, totalBytes: detail.Size ?? 0 };
        const read = await work;
        facts = read.facts;
        await entry.write(read.facts, read.trees);
      }
      const opened = await register({
        thread, meta: facts.meta, image: await ready(thread, began, kept !== undefined, facts.choices), content: archiveContent(entry.archivePath, facts.isCompressed, facts.places), fetchAll: undefined, parts: undefined,
        archive: { path: entry.archivePath, title, file: undefined },
      });
      undo.move();
      yield { type: 'ready', session: opened.id, image: opened.image };
    },

    async *openArchive(body, fileName, sizeBytes, signal) {
      yield* openFile(body, fileName, sizeBytes, undefined, signal);
    },

    async *openRemote(client, options) {
      yield* openRemote({ cache, threads, register }, client, options);
    },

    async choose(session, imageId) {
      const began = performance.now();
      const { archive, meta: old, image: { choices } } = this.get(session);
      if (archive === undefined) throw new NotFound('this image does not come from an archive');
      await using undo = new AsyncDisposableStack();
      const thread = undo.use(threads.take());
      const dispose = archive.file?.take() ?? (async () => {});
      undo.defer(dispose);
      const { facts } = await thread.openArchive({ path: archive.path, title: archive.title, wanted: imageId, known: [...(old?.known ?? [])] });
      const image = await ready(thread, began, false, choices?.map((choice) => ({ ...choice, isChosen: choice.id === imageId })));
      const opened = await register({ thread, meta: facts.meta, image, content: archiveContent(archive.path, facts.isCompressed, facts.places), fetchAll: undefined, parts: undefined, archive, dispose });
      undo.move();
      return opened;
    },

    async *openContainer(client, id, name, signal) {
      const detail = await client.json<{ SizeRootFs?: number; Config?: ImageConfig['config']; Image?: string }>('GET', `/containers/${encodeURIComponent(id)}/json`, { query: { size: true }, signal });
      const config = { ...(await platformOf(client, detail.Image, signal)), ...(detail.Config ? { config: detail.Config } : {}) };
      const body = await client.raw('GET', `/containers/${encodeURIComponent(id)}/export`, { signal });
      yield* openFile(body, name, detail.SizeRootFs ?? 0, config, signal);
    },

    async compare(beforeId, afterId, ignoreTimes) {
      const began = performance.now();
      const before = this.get(beforeId);
      const after = this.get(afterId);
      await using undo = new AsyncDisposableStack();
      const thread = undo.use(threads.take());
      const [flatBefore, flatAfter] = await Promise.all([before.thread.flatten(), after.thread.flatten()]);
      await thread.compare({ before: flatBefore, after: flatAfter, ignoreTimes, title: `${before.image.image} → ${after.image.image}` });
      const image: ExplorerImage = {
        ...(await ready(thread, began, false)),
        comparison: { before: before.image.image, after: after.image.image, config: compareConfigs(before.meta?.config, after.meta?.config), layers: { before: before.image.layers, after: after.image.layers } },
      };
      const opened = await register({ thread, meta: undefined, image, content: undefined, fetchAll: undefined, parts: [before, after] });
      undo.move();
      return opened;
    },

    get(session) {
      const opened = sessions.get(session);
      if (opened === undefined) throw new NotFound('this image is not open any more');
      sessions.delete(session); // the last used stands last
      sessions.set(session, opened);
      return opened;
    },
    async close(session) {
      const opened = sessions.get(session);
      sessions.delete(session);
      await opened?.[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([threads[Symbol.asyncDispose](), ...[...sessions.keys()].map((id) => this.close(id))]);
    },
  };
  return explorer;
}

const entriesOf = (sessions: readonly Opened[]): number => sessions.reduce((sum, { image }) => sum + image.layers.reduce((own, { files }) => own + files.added + files.content + files.metadata + files.type + files.link, 0), 0);

/** A container's platform is its image's; the image may be gone. */
async function platformOf(client: DockerClient, image: string | undefined, signal?: AbortSignal): Promise<ImageConfig> {
  if (!image) return {};
  const { Os: os, Architecture: architecture, Variant: variant } = await client.json<{ Os?: string; Architecture?: string; Variant?: string }>('GET', imagePath(image, '/json'), { signal }).catch((error: unknown) => {
    if ((error as { kind?: string }).kind === 'NotFound') return {} as { Os?: string; Architecture?: string; Variant?: string };
    throw error;
  });
  return { ...(os ? { os } : {}), ...(architecture ? { architecture } : {}), ...(variant ? { variant } : {}) };
}

interface StreamOptions { signal?: AbortSignal | undefined; reopen?: boolean; known?: Awaited<ReturnType<typeof knownImages>>; title?: string; platform?: string | undefined }

async function streamImage(client: DockerClient, name: string, path: string, thread: ExplorerThread, onProgress: (bytes: number) => void, { signal, known, title, platform, reopen }: StreamOptions) {
  const body = await client.raw('GET', imagePath(name, '/get'), { signal });
  await tee(body, path, thread, onProgress, signal);
  return thread.openArchive({ title: title ?? name, known, platform, ...(reopen === false ? { keepOpen: true } : {}) });
}
