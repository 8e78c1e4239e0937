// Volumes to files and back, and from one volume to another. What is read is hashed on the way; what is restored is checked
// before the first byte goes anywhere. A new volume that did not receive everything is removed again.
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Conflict, System } from '../../engine/wire/errors.ts';
import type { BackupMode, VolumeProgress } from '../contract/volumes.ts';
import type { DockerClient } from '../docker/client.ts';
import { openVolume, volumeExists } from './access.ts';
import type { Catalog } from './catalog.ts';
import { keepQuiet } from './quiet.ts';
import { writeSealed, type Sealed } from './sealed-file.ts';
import { zstdContent, zstdFrames } from './zstd-frames.ts';

const PROGRESS_MS = 200;

export async function* backUp(client: DockerClient, about: { host: string; volume: string; mode: BackupMode }, catalog: Catalog, signal: AbortSignal | undefined): AsyncGenerator<VolumeProgress> {
  yield { phase: 'prepare', detail: about.volume };
  await using access = await openVolume(client, about.volume, signal);
  using backup = await catalog.begin(about.host, about.volume);
  const sealed: Sealed = { sizeBytes: 0, sha256: '' };
  let contentBytes = 0;
  let readBytes = 0;
  {
    await using _quiet = await keepQuiet(client, about.volume, about.mode, signal);
    const compressed = await access.readCompressed?.();
    const content = compressed?.zstd ?? zstdFrames(counted(await access.read(), (bytes) => { readBytes += bytes; }), availableParallelism());
    yield* whileRunning(writeSealed(backup.path, content, sealed, signal), () => ({ phase: 'read', bytes: compressed ? sealed.sizeBytes : readBytes }));
    contentBytes = compressed?.contentBytes() ?? readBytes;
  }
  await backup.finish({ contentBytes, ...sealed, mode: about.mode });
  yield { phase: 'done', detail: backup.id, bytes: contentBytes, done: true };
}

/** @throws Conflict when the target is there and `replace` is false, System when the file is damaged */
export async function* restore(client: DockerClient, wish: { id: string; host: string; target: string; replace: boolean }, catalog: Catalog, signal: AbortSignal | undefined): AsyncGenerator<VolumeProgress> {
  const { host, target, replace } = wish;
  const entry = await catalog.find(wish.id);
  if (entry.state === 'partial') throw new Conflict('this backup was interrupted and is not whole: it can only be removed');
  const exists = await volumeExists(client, target, signal);
  if (exists && !replace) throw new Conflict(`volume ${target} exists already: choose another name, or replace what it holds`);
  yield { phase: 'check', detail: entry.id };
  if (await catalog.checksum(entry) !== entry.sha256) throw new System(`backup ${entry.id} is damaged: its checksum is not the one it had when it was made`);
  const read = () => Readable.from(zstdContent(createReadStream(entry.path, { highWaterMark: 1 << 20 }), availableParallelism()), { objectMode: false, highWaterMark: 1 << 20 });
  const about = { totalBytes: entry.contentBytes, marked: await catalog.markFilling(host, target) };
  if (!exists) yield* fill(client, target, read, { ...about, kind: 'new' }, signal);
  else if (await isExchangeable(client, target, signal)) yield* fill(client, target, read, { ...about, kind: 'exchange' }, signal);
  else {
    // This volume cannot change all at once, so what it holds now becomes a backup first: an interruption loses nothing.
    for await (const { done, ...progress } of backUp(client, { host, volume: target, mode: 'live' }, catalog, signal)) if (!done) yield progress;
    await emptied(client, target, signal);
    yield* fill(client, target, read, { ...about, kind: 'emptied' }, signal);
  }
}

export async function* clone(client: DockerClient, { host, source, target }: { host: string; source: string; target: string }, catalog: Catalog, signal: AbortSignal | undefined): AsyncGenerator<VolumeProgress> {
  if (await volumeExists(client, target, signal)) throw new Conflict(`volume ${target} exists already`);
  yield { phase: 'prepare', detail: source };
  await using access = await openVolume(client, source, signal);
  const content = await access.read();
  yield* fill(client, target, () => Readable.from(content, { objectMode: false, highWaterMark: 1 << 20 }), { kind: 'new', totalBytes: undefined, marked: await catalog.markFilling(host, target) }, signal);
}

async function* fill(client: DockerClient, target: string, read: () => Readable, about: { kind: 'new' | 'exchange' | 'emptied'; totalBytes: number | undefined; marked: () => Promise<void> }, signal: AbortSignal | undefined): AsyncGenerator<VolumeProgress> {
  await using undo = new AsyncDisposableStack();
  if (about.kind === 'new') {
    await client.json('POST', '/volumes/create', { json: { Name: target }, signal });
    undo.defer(async () => {
      if (isWhole) return;
      await client.json('DELETE', `/volumes/${encodeURIComponent(target)}`, { query: { force: true } });
      await about.marked();
    });
  }
  if (about.kind === 'exchange') undo.defer(async () => { if (!isWhole) await about.marked(); }); // the old content is all there
  let isWhole = false;
  const access = undo.use(await openVolume(client, target, signal));
  const counter = countBytes();
  const body = new PassThrough({ highWaterMark: 1 << 20 });
  const flow = pipeline(read(), counter.stream, body, signal ? { signal } : {});
  flow.catch(() => {}); // its failure breaks the body, and with it the write that is awaited
  const arriving = about.kind === 'exchange' && access.replace ? access.replace(body) : access.write(body);
  yield* whileRunning(arriving, () => ({ phase: 'write', bytes: counter.bytes(), ...(about.totalBytes !== undefined && { totalBytes: about.totalBytes }) }));
  await flow;
  isWhole = true;
  await about.marked();
  yield { phase: 'done', detail: target, bytes: counter.bytes(), done: true };
}

/** Gantry's own engine exchanges the content of a plain volume at once. */
async function isExchangeable(client: DockerClient, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  await using access = await openVolume(client, name, signal);
  if (!access.replace) return false;
  const { Driver, Options } = await client.json<{ Driver: string; Options: Record<string, string> | null }>('GET', `/volumes/${encodeURIComponent(name)}`, { signal });
  return Driver === 'local' && Object.keys(Options ?? {}).length === 0;
}

/** A volume is emptied by making it anew: labels, driver and options stay. @throws Conflict while a container uses it */
async function emptied(client: DockerClient, name: string, signal: AbortSignal | undefined): Promise<void> {
  const path = `/volumes/${encodeURIComponent(name)}`;
  const { Driver, Options, Labels } = await client.json<{ Driver: string; Options: Record<string, string> | null; Labels: Record<string, string> | null }>('GET', path, { signal });
  await client.json('DELETE', path, { signal });
  await client.json('POST', '/volumes/create', { json: { Name: name, Driver, DriverOpts: Options ?? {}, Labels: Labels ?? {} }, signal });
}

async function* whileRunning(work: Promise<unknown>, progress: () => VolumeProgress): AsyncGenerator<VolumeProgress> {
  let isDone = false;
  const settled = work.then(() => { isDone = true; }, () => { isDone = true; });
  while (!isDone) {
    yield progress();
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, PROGRESS_MS))]);
  }
  await work;
  yield progress();
}

function countBytes() {
  let bytes = 0;
  const stream = new Transform({
    highWaterMark: 1 << 20,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}

async function* counted(source: AsyncIterable<Buffer>, tell: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    tell(chunk.length);
    yield chunk;
  }
}
