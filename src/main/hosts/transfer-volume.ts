// Copies a volume's files from one host to another: out of and into containers that are never started.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createTarReader, type TarEntry } from '../../engine/layers/tar-headers.ts';
import { Conflict, NotFound, NotImplemented, System } from '../../engine/wire/errors.ts';
import type { RemoteProgress } from '../contract/remote.ts';
import type { DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { throughContainer } from '../volumes/access.ts';
import type { CopyOptions } from './transfer-image.ts';

interface Volume { Name: string; Driver: string; Labels?: Record<string, string> | null; Options?: Record<string, string> | null }

const PROGRESS_MS = 200;

/**
 * Copy into a new volume; the last progress has `done`. Both sides' files are compared at the end.
 * @throws Conflict when the target exists already, NotFound when the source does not, System when the copy differs
 */
export async function* copyVolume(from: DockerClient, to: DockerClient, volume: string, target: string, { signal }: CopyOptions): AsyncGenerator<RemoteProgress> {
  yield { phase: 'compare', detail: volume };
  const source = await find(from, volume, signal);
  if (!source) throw new NotFound(`no such volume: ${volume}`);
  if (await find(to, target, signal)) throw new Conflict(`volume ${target} exists already on the other host`);
  // Podman's archives name root as the owner of everything: good enough to compare with, not to copy from.
  const [there, here] = await Promise.all([engineInfo(to, signal), engineInfo(from, signal)]);
  if (here.product === 'podman') throw new NotImplemented('Podman does not tell the owners of a volume\'s files over its API, so a copy from it would lose them; use podman volume export there');
  const hasOwners = there.product !== 'podman';
  await using undo = new AsyncDisposableStack();
  const reader = undo.use(await throughContainer(from, volume, signal));
  await to.json('POST', '/volumes/create', { json: { Name: target, Driver: 'local', Labels: source.Labels ?? {} }, signal });
  // Taken away again unless all of it arrived; the signal that ended the copy must not end this too.
  undo.defer(async () => { if (!isWhole) await to.json('DELETE', `/volumes/${encodeURIComponent(target)}`, { query: { force: true } }); });
  let isWhole = false;
  const writer = undo.use(await throughContainer(to, target, signal));

  const sent = createListing(hasOwners);
  const archive = await reader.read();
  let isDone = false;
  const writing = writer.write(Readable.from(sent.through(archive), { objectMode: false, highWaterMark: 1 << 20 })).finally(() => { isDone = true; });
  writing.catch(() => {}); // awaited below; this keeps an early failure from being unhandled
  while (!isDone) {
    yield { phase: 'send', detail: '', bytes: sent.bytes };
    await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, PROGRESS_MS))]);
  }
  await writing;

  yield { phase: 'check', detail: target, bytes: sent.bytes };
  const arrived = createListing(hasOwners);
  for await (const _chunk of arrived.through(await writer.read()));
  if (arrived.digest() !== sent.digest()) throw new System(`the copy of volume ${volume} differs from the original; was something writing to it?`);
  isWhole = true;
  yield { phase: 'done', detail: `sha256:${sent.digest().slice(0, 12)}`, bytes: sent.bytes, done: true };
}

async function find(client: DockerClient, name: string, signal: AbortSignal | undefined): Promise<Volume | undefined> {
  try {
    return await client.json<Volume>('GET', `/volumes/${encodeURIComponent(name)}`, { signal });
  } catch (error) {
    if ((error as { kind?: string }).kind === 'NotFound') return undefined;
    throw error;
  }
}

interface Listing { bytes: number; through(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer>; digest(): string }

/** What a tar stream holds, independent of the order of its entries. */
function createListing(hasOwners: boolean): Listing {
  const lines: string[] = [];
  let problem: string | undefined;
  const reader = createTarReader({ onEntry: (entry) => {
    if (hasOwners) lines.push(lineOf(entry));
    else if (nameOf(entry) !== '') lines.push(lineOf({ ...entry, uid: 0, gid: 0 })); // nor does it name the volume's own folder
  } });
  const self: Listing = {
    bytes: 0,
    async *through(source) {
      for await (const chunk of source) {
        self.bytes += chunk.length;
        reader.write(chunk);
        yield chunk;
      }
      problem = reader.end().problem;
      if (problem !== undefined) throw new System(`the engine's archive is damaged: ${problem}`);
    },
    digest: () => createHash('sha256').update(lines.toSorted().join('\n')).digest('hex'),
  };
  return self;
}

function nameOf({ path }: TarEntry): string {
  return path.replace(/^\.?\/+/, '').replace(/^\.$/, '').replace(/\/+$/, '');
}

function lineOf(entry: TarEntry): string {
  const { type, mode, uid, gid, size, linkTarget, xattrs, hash, mtime } = entry;
  const name = nameOf(entry);
  // The volume's own folder and every folder's time change by the act of copying.
  const time = type === 'file' ? Math.floor(mtime) : 0;
  return JSON.stringify([name, type, mode & 0o7777, uid, gid, type === 'file' ? size : 0, linkTarget, xattrs, hash ?? '', time]);
}
