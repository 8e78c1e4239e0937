// Files in and out of a container as tar streams (`docker cp`, `docker export`).
// Reading is GNU tar in an open folder: it never follows links below it. Writing is our own extractor in a thread, because
// tar would follow a link that the container planted. Source: Engine API v1.47, /containers/{id}/archive.
import { closeEnd, makePipe, pipeChunks, widenPipe } from '../kernel/pipe.ts';
import { ended, startTool } from '../tools/run.ts';
import { Forbidden, InvalidParameter, System } from '../wire/errors.ts';
import { pathAt } from '../kernel/files.ts';
import { statSync } from 'node:fs';
import { openPlace, pathBelowRoot, statPlace, type ContainerRoot } from './container-root.ts';
import { extractStream } from './extract.ts';

/** X-Docker-Container-Path-Stat, before base64. */
export interface PathStat {
  name: string;
  size: number;
  /** Go's FileMode: type bits at the top, permissions below */
  mode: number;
  mtime: string;
  linkTarget: string;
}

export function statPath(container: ContainerRoot, path: string): PathStat {
  using place = openPlace(container, path);
  const { stats, linkTarget } = statPlace(container, place, path);
  const base = path.split('/').filter((part) => part !== '' && part !== '.').at(-1) ?? '/';
  return {
    name: base,
    size: stats.size,
    mode: goFileMode(stats.mode),
    mtime: new Date(stats.mtimeMs).toISOString(),
    linkTarget: linkTarget === '' || linkTarget.startsWith('/') ? linkTarget : resolveLink(path, linkTarget),
  };
}

/** The tar of a file or folder, named by its last part; `/.` at the end names its contents `./…`. */
export async function* readArchive(container: ContainerRoot, path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  using place = openPlace(container, path);
  statPlace(container, place, path);
  const isContents = place.name === '.';
  const last = path.split('/').filter((part) => part !== '' && part !== '.').at(-1) ?? (/\.\/*$/.test(path) ? undefined : '');
  // `dir/` and a mount point are the folder under its own name, `dir/.` its contents; the root's own name is `/`
  const rename = isContents && last !== undefined && !/(^|\/)\.$/.test(path) ? ['-P', `--transform=flags=rSh;s,^\\.,${last.replace(/[\\,&]/g, '\\$&')},`] : [];
  yield* tar([...rename, '--', place.name === '.' ? '.' : `./${Buffer.from(place.name, 'latin1').toString('utf8')}`], place.folder, isContents ? [] : ['--transform=flags=rSh;s,^\\./,,'], signal);
}

/** The whole root file system, without what is mounted in it. */
export async function* exportRoot(rootfs: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* tar(['--one-file-system', '--transform=flags=rSh;s,^\\./\\(.\\),\\1,', '--', '.'], rootfs, [], signal);
}

const PIPE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Each chunk is good until the next is asked for. @param folder an open folder or a path */
async function* tar(args: string[], folder: number | string, extra: string[], signal: AbortSignal): AsyncGenerator<Buffer> {
  const at = typeof folder === 'number' ? `/proc/${process.pid}/fd/${folder}` : folder;
  const argv = ['tar', '-C', at, '--numeric-owner', '--sparse', '--xattrs', '--xattrs-include=security.capability', '--xattrs-include=user.*', '--warning=no-file-ignored', '--warning=no-file-changed', '--ignore-failed-read', '-b', '128', ...extra, '-cf', '-', ...args] as [string, ...string[]];
  const pipe = makePipe();
  widenPipe(pipe, PIPE_BYTES);
  const child = startTool(argv, { stdio: ['ignore', pipe.writeFd, 'pipe'] });
  closeEnd(pipe.writeFd);
  const done = ended(child);
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4096); });
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  try {
    yield* pipeChunks(pipe, CHUNK_BYTES);
    const code = await done;
    // 1: some files changed while they were read, which is normal in a running container
    if (code !== 0 && code !== 1 && !signal.aborted) throw new System(`tar: ${words.trim() || `exit code ${code}`}`);
  } finally {
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
    await done;
  }
}

/**
 * Unpacks a tar (plain, gzip or zstd) into the folder `path`.
 * @throws InvalidParameter when `path` is no folder or the archive is damaged, Forbidden where the container may not be written
 */
export async function writeArchive(container: ContainerRoot, path: string, body: AsyncIterable<Buffer>, options: { keepsKinds: boolean; isRootless: boolean; signal: AbortSignal }): Promise<void> {
  using place = openPlace(container, path, 'folder');
  if (!statSync(pathAt(place.folder, '.')).isDirectory()) throw new InvalidParameter('extraction point is not a directory');
  if (place.isReadonly) throw new Forbidden('container rootfs is marked read-only');
  await extractStream(body, { root: `/proc/self/fd/${place.root}`, below: pathBelowRoot(place), keepsKinds: options.keepsKinds, isRootless: options.isRootless }, options.signal);
}

const TYPES: Record<number, number> = { 0o040000: 2 ** 31, 0o120000: 2 ** 27, 0o060000: 2 ** 26, 0o020000: 2 ** 26 + 2 ** 21, 0o010000: 2 ** 25, 0o140000: 2 ** 24 };

/** Go's os.FileMode of a stat mode. */
function goFileMode(mode: number): number {
  const bits: [number, number][] = [[0o4000, 2 ** 23], [0o2000, 2 ** 22], [0o1000, 2 ** 20]];
  return (TYPES[mode & 0o170000] ?? 0) + bits.reduce((sum, [bit, go]) => sum + (mode & bit ? go : 0), 0) + (mode & 0o777);
}

function resolveLink(path: string, target: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
