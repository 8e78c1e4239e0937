// Contexts that the engine fetches itself: git repositories, and http(s) addresses of a tar or of a single Dockerfile.
// Git form: URL#ref:subfolder (docker build, "Git repositories").
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';
import { output, type StartTool } from '../tools.ts';
import type { ContextIndex } from './context-index.ts';
import { receiveTar } from './receive.ts';

export interface RemoteOptions { start: StartTool; signal: AbortSignal; /** scratch folder, removed by the caller */ work: string }

export function isGitUrl(text: string): boolean {
  return /^(git:\/\/|git@|ssh:\/\/git@|file:\/\/.*\.git(#|$))/.test(text) || (/^https?:\/\//.test(text) && /\.git(?:#.*)?$/.test(text));
}

/** `host.name/owner/repository`, without a scheme: only as a context, a source of ADD is a path then. */
export const isBareRepository = (text: string): boolean => /^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(\/[\w.-]+){2,}(#.*)?$/i.test(text);

export interface GitReference { url: string; ref: string; folder: string }

export function parseGitUrl(text: string): GitReference {
  const hash = text.indexOf('#');
  const [ref = '', folder = ''] = hash < 0 ? [] : text.slice(hash + 1).split(':', 2);
  const url = hash < 0 ? text : text.slice(0, hash);
  if (ref.startsWith('-') || url.startsWith('-')) throw new InvalidParameter(`invalid git reference: ${text}`); // it would be an option of git
  return { url: isBareRepository(url) ? `https://${url}` : url, ref, folder };
}

/** Makes a shallow checkout in `folder`. @returns the commit. @throws System with git's words */
export async function checkout(reference: GitReference, folder: string, keepGitDir: boolean, { start, signal }: RemoteOptions): Promise<string> {
  // `env` sets the variables: nobody may be asked for a password, and no other protocol is reached through submodules
  const git = (...argv: string[]) => output(start, ['env', 'GIT_TERMINAL_PROMPT=0', 'GIT_CONFIG_NOSYSTEM=1', 'git', '-c', 'protocol.ext.allow=never', ...argv], { cwd: folder, signal });
  await mkdir(folder, { recursive: true });
  await git('init', '--quiet');
  await git('remote', 'add', 'origin', reference.url);
  const wanted = reference.ref || 'HEAD';
  // a commit id can only be fetched when the server allows it; then the whole history has to do
  await git('fetch', '--quiet', '--depth', '1', 'origin', wanted).catch(async (error: unknown) => {
    signal.throwIfAborted();
    if (!/^[0-9a-f]{7,40}$/.test(wanted)) throw error;
    await git('fetch', '--quiet', 'origin');
    await git('update-ref', 'FETCH_HEAD', wanted);
  });
  await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  await git('submodule', 'update', '--quiet', '--init', '--recursive', '--depth', '1');
  const commit = (await git('rev-parse', 'HEAD')).trim();
  if (!keepGitDir) await rm(join(folder, '.git'), { recursive: true, force: true });
  return commit;
}

/** @returns a context, or the text of a lone Dockerfile */
export async function receiveRemote(remote: string, folder: string, options: RemoteOptions): Promise<ContextIndex | { dockerfile: string }> {
  const { start, signal, work } = options;
  if (isGitUrl(remote) || isBareRepository(remote)) {
    const reference = parseGitUrl(remote);
    const clone = join(work, 'git');
    await checkout(reference, clone, false, options);
    const root = join(clone, reference.folder);
    if (!`${root}/`.startsWith(`${clone}/`)) throw new InvalidParameter(`the folder ${reference.folder} is outside the repository`);
    return treeAsContext(root, folder, start, signal);
  }
  if (!/^https?:\/\//.test(remote)) throw new InvalidParameter(`remote ${JSON.stringify(remote)} is neither a git repository nor an http(s) address`);
  const response = await fetch(remote, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new InvalidParameter(`error downloading remote context ${remote}`, { cause: error });
  });
  if (!response.ok || !response.body) throw new InvalidParameter(`error downloading remote context ${remote}: status ${response.status}`);
  const body = response.body as AsyncIterable<Uint8Array>;
  if (/^text\//.test(response.headers.get('content-type') ?? '')) return { dockerfile: await response.text() };
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = body[Symbol.asyncIterator]();
  while (size < 512) {
    const step = await iterator.next();
    if (step.done) break;
    chunks.push(Buffer.from(step.value));
    size += step.value.length;
  }
  const head = Buffer.concat(chunks);
  const isArchive = head.subarray(257, 262).toString() === 'ustar' || [0x1f, 0x28, 0x42, 0xfd].includes(head[0] ?? 0);
  const all = async function* (): AsyncGenerator<Buffer> {
    yield head;
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) yield Buffer.from(step.value);
  };
  if (isArchive) return receiveTar(all(), folder, { start, signal });
  const text: Buffer[] = [];
  for await (const chunk of all()) text.push(chunk);
  return { dockerfile: Buffer.concat(text).toString('utf8') };
}

/** A folder on disk taken in as if it had been uploaded: one way in for every context. */
export async function treeAsContext(root: string, folder: string, start: StartTool, signal: AbortSignal): Promise<ContextIndex> {
  const tar = start(['tar', '--create', '--file=-', '--sort=name', `--directory=${root}`, '.'], { signal });
  tar.stdin.end();
  const index = await receiveTar(tar.stdout as AsyncIterable<Buffer>, folder, { start, signal });
  const { exitCode, stderr } = await tar.exited;
  if (exitCode !== 0) throw new InvalidParameter(`the context ${root} can not be read: ${stderr.trim().split('\n')[0]}`);
  return index;
}
