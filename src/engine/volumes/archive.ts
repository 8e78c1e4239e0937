// A volume as one tar stream, out and in. Whoever restores unpacks into a new volume, so that an interruption leaves the
// original as it was and the half copy known and removable.
import type { Readable, Writable } from 'node:stream';
import { ended, run, startTool, ToolError } from '../tools/run.ts';

/**
 * The content of a folder; owners, modes, xattrs, sparse files and hard links kept. Ends with an error when tar fails.
 * Returns the length of the tar in bytes, which a compressed stream does not show. zstd's level 1: about a tenth larger than its
 * default, and the containers of this machine keep more of its processors.
 */
export async function* packFolder(folder: string, signal: AbortSignal, compression: 'none' | 'zstd' = 'none'): AsyncGenerator<Uint8Array, number> {
  const argv = ['tar', '--create', '--file=-', '--totals', ...(compression === 'zstd' ? ['--use-compress-program=zstd -1 -T0 --quiet'] : []), '--numeric-owner', '--xattrs', '--acls', '--sparse', '--one-file-system', '-C', folder, '.'] as const;
  const child = startTool(argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4096); });
  try {
    const exit = ended(child, argv);
    exit.catch(() => {}); // awaited below; an early failure must not be unhandled meanwhile
    for await (const chunk of child.stdout as Readable) yield chunk as Uint8Array;
    const code = await exit;
    signal.throwIfAborted();
    if (code !== 0 && code !== 1) throw new ToolError(argv, code, words); // 1: a file changed while it was read
    return Number(/(\d+) \([^()]*\/s\)/.exec(words)?.[1] ?? 0); // `Total bytes written: 10240 (10KiB, 1MiB/s)`, in any language
  } finally {
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

/** Whether this machine can compress with all its processors. */
export async function hasZstd(): Promise<boolean> {
  try {
    return (await run(['zstd', '--version'])).exitCode === 0;
  } catch (error) {
    if (error instanceof ToolError && error.exitCode === null) return false;
    throw error;
  }
}

/** Unpacks a tar stream into an existing folder. @throws ToolError when it is none or does not fit on the disk */
export async function unpackInto(folder: string, source: Readable, signal: AbortSignal): Promise<void> {
  const argv = ['tar', '--extract', '--file=-', '--numeric-owner', '--same-owner', '--same-permissions', '--xattrs', '--xattrs-include=*', '--acls', '-C', folder] as const;
  const child = startTool(argv, { stdio: ['pipe', 'ignore', 'pipe'] });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => { words = (words + chunk.toString()).slice(-4096); });
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  const exit = ended(child, argv);
  let code: number | null | undefined;
  exit.then((exitCode) => { code = exitCode; }, () => { code = null; }); // awaited below
  try {
    await feed(source, child.stdin as Writable, () => signal.aborted || (code !== undefined && code !== 0));
  } catch (error) {
    child.stdin?.destroy();
    await exit;
    signal.throwIfAborted();
    throw new ToolError(argv, code ?? null, words, { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
  await exit;
  signal.throwIfAborted();
  if (code !== 0) throw new ToolError(argv, code ?? null, words);
}

/** tar is done at the archive's end mark: what follows is padding, which is read and dropped so that its sender can finish. */
async function feed(source: Readable, stdin: Writable, isOver: () => boolean): Promise<void> {
  stdin.on('error', () => {}); // EPIPE: the exit code says whether that was the end or a failure
  for await (const chunk of source) {
    if (isOver()) return;
    if (stdin.destroyed || stdin.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const done = () => {
        stdin.off('drain', done).off('close', done);
        resolve();
      };
      stdin.on('drain', done).on('close', done);
    });
  }
  stdin.end();
}
