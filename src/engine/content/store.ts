// Blobs by digest: `blobs/sha256/HEX`, written as `ingest/ID` by a hashing stream and named by rename once the digest is known
// to be right. A half-written or wrong blob never gets a name; ingests that a crash left are swept at the next opening.
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestOf, hexOf, isDigest, type Digest } from '../base/digest.ts';
import type { Log } from '../base/log.ts';
import { NotFound } from '../wire/errors.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { openTrash } from './trash.ts';

export interface Content {
  has(digest: Digest): boolean;
  /** @throws NotFound */
  sizeOf(digest: Digest): number;
  pathOf(digest: Digest): string;
  /** The whole blob; for manifests and configurations. @throws NotFound */
  read(digest: Digest): Promise<Buffer>;
  /** @param range first and last byte, both inclusive */
  open(digest: Digest, range?: { start?: number; end?: number }): Readable;
  /** Stores a small blob. */
  put(bytes: Uint8Array): Promise<Digest>;
  /** A new blob of yet unknown digest. Dispose without commit: it never was. */
  ingest(): Ingest;
  /** Names a file made elsewhere on the same file system; its digest must have been computed while it was written. */
  adopt(path: string, digest: Digest): Promise<void>;
  /** A path for such a file; swept when the engine starts. */
  scratch(): string;
  /** While held, no collection removes the blob. It need not exist yet. */
  hold(digest: Digest): Disposable;
  isHeld(digest: Digest): boolean;
  list(): Digest[];
  /** Takes the name away at once; the bytes go in the background. */
  remove(digest: Digest): Promise<void>;
}

/** Opens the store in `root` and sweeps what a crash left. */
export function openContent(root: string, log: Log): Content {
  const blobs = join(root, 'blobs', 'sha256');
  const ingests = join(root, 'ingest');
  rmSync(ingests, { recursive: true, force: true });
  mkdirSync(ingests, { recursive: true });
  mkdirSync(blobs, { recursive: true });
  const { discard } = openTrash(join(root, 'trash'), log);
  const held = new Map<Digest, number>();
  const pathOf = (digest: Digest) => join(blobs, hexOf(digest));
  const missing = (digest: Digest, cause: unknown) => new NotFound(`no such blob: ${digest}`, { cause });
  const content: Content = {
    has: (digest) => existsSync(pathOf(digest)),
    sizeOf(digest) {
      try {
        return statSync(pathOf(digest)).size;
      } catch (error) {
        throw missing(digest, error);
      }
    },
    pathOf,
    async read(digest) {
      try {
        return await readFile(pathOf(digest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(digest, error);
        throw error;
      }
    },
    open: (digest, range = {}) => createReadStream(pathOf(digest), { ...range, highWaterMark: 1024 * 1024 }),
    async put(bytes) {
      const digest = digestOf(bytes);
      if (content.has(digest)) return digest;
      await using ingest = content.ingest();
      ingest.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      return (await ingest.commit({ digest, sync: true })).digest;
    },
    ingest: () => createIngest(content.scratch(), pathOf),
    adopt: (path, digest) => rename(path, pathOf(digest)),
    scratch: () => join(ingests, randomBytes(8).toString('hex')),
    hold(digest) {
      held.set(digest, (held.get(digest) ?? 0) + 1);
      let isOver = false;
      return {
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          const left = (held.get(digest) ?? 1) - 1;
          if (left === 0) held.delete(digest);
          else held.set(digest, left);
        },
      };
    },
    isHeld: (digest) => held.has(digest),
    list: () => readdirSync(blobs).map((name) => `sha256:${name}`).filter((name): name is Digest => isDigest(name)),
    remove: (digest) => discard(pathOf(digest)),
  };
  return content;
}
