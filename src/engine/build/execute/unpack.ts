// ADD of a local tar archive: recognised by content, unpacked into the layer with the archive's own owners.
// It unpacks into an empty folder of its own: tar would follow a symlink that an earlier source left in the layer, out to the host.
import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { System } from '../../wire/errors.ts';
import { decompressed } from '../context/receive.ts';
import type { StartTool } from '../tools.ts';

interface Options { start: StartTool; signal: AbortSignal }

/** A (compressed) ustar, GNU or pax archive. */
export async function isArchive(path: string, start: StartTool, signal: AbortSignal): Promise<boolean> {
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
  const isCompressed = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0x42, 0x5a, 0x68], [0xfd, 0x37, 0x7a, 0x58, 0x5a]].some((magic) => magic.every((byte, at) => buffer[at] === byte));
  if (bytesRead < 8) return false;
  const head: Buffer[] = [];
  let size = 0;
  const stop = new AbortController();
  try {
    const bytes = createReadStream(path, { end: isCompressed ? 1024 * 1024 : 511 });
    for await (const chunk of decompressed(bytes, start, AbortSignal.any([signal, stop.signal]))) {
      head.push(chunk);
      size += chunk.length;
      if (size >= 512) break;
    }
  } catch {
    signal.throwIfAborted();
    if (size < 512) return false; // looked compressed, is not: an ordinary file
  } finally {
    stop.abort();
  }
  return Buffer.concat(head).subarray(257, 262).toString('latin1') === 'ustar';
}

/** @param folder must be empty */
export async function unpackInto(path: string, folder: string, { start, signal }: Options): Promise<void> {
  const tar = start(['tar', '--extract', `--file=${path}`, '--preserve-permissions', '--same-owner', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--delay-directory-restore', '--warning=no-timestamp', `--directory=${folder}`], { signal });
  tar.stdin.end();
  tar.stdout.resume();
  const { exitCode, stderr } = await tar.exited;
  signal.throwIfAborted();
  if (exitCode !== 0) throw new System(`the archive ${path.split('/').at(-1)} can not be unpacked: ${stderr.trim().split('\n').slice(0, 3).join('; ')}`);
}
