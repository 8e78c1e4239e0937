// ADD of http(s) addresses and git repositories: fetched into the build's scratch folder, keyed by content.
import { createHash } from 'node:crypto';
import { chmod, mkdir, open, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';
import { checkout, isGitUrl, parseGitUrl } from '../context/remote.ts';
import { diskTree } from '../context/disk-tree.ts';
import type { Selected } from '../context/select.ts';
import type { SourceTree } from '../context/source-tree.ts';
import type { Execution, StepOutput } from './execution.ts';

export interface FetchedSource { tree: SourceTree; picked: Selected; name: string; key: string }

/** Not `file://`: a Dockerfile may not read repositories of the engine's machine. */
export const isRemoteSource = (word: string): boolean => /^https?:\/\//.test(word) || (isGitUrl(word) && !word.startsWith('file:'));

/**
 * @param checksum `sha256:<hex>`; a git source may give a commit instead
 * @throws InvalidParameter when it can not be fetched or is not what the checksum says
 */
export async function fetchSource(word: string, checksum: string | undefined, keepGitDir: boolean, execution: Execution, io: StepOutput): Promise<FetchedSource> {
  const folder = join(execution.work, `add-${process.hrtime.bigint()}`);
  if (isGitUrl(word)) {
    const reference = parseGitUrl(word);
    const commit = await checkout(reference, folder, keepGitDir, { start: execution.start, signal: io.signal, work: execution.work });
    if (checksum !== undefined && !commit.startsWith(checksum)) throw new InvalidParameter(`digest mismatch for ${word}: the commit is ${commit}, not ${checksum}`);
    const tree = diskTree(join(folder, reference.folder));
    return { tree, picked: { source: '', type: 'dir', name: '' }, name: word, key: `git ${commit} ${reference.folder} ${keepGitDir}` };
  }
  if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum)) throw new InvalidParameter(`invalid checksum ${JSON.stringify(checksum)}: sha256:<64 hex digits> is needed`);
  const response = await fetch(word, { signal: io.signal }).catch((error: unknown) => {
    io.signal.throwIfAborted();
    throw new InvalidParameter(`ADD failed: failed to GET ${word}`, { cause: error });
  });
  if (!response.ok || !response.body) throw new InvalidParameter(`ADD failed: failed to GET ${word} with status ${response.status}`);
  const name = decodeURIComponent(new URL(word).pathname.split('/').at(-1) ?? '') || 'download';
  if (name === '..' || name.includes('/')) throw new InvalidParameter(`cannot determine filename from url: ${word}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const hash = createHash('sha256');
  await using handle = await open(path, 'w');
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (checksum !== undefined && digest !== checksum) throw new InvalidParameter(`digest mismatch ${digest}: ${checksum} (${word})`);
  await chmod(path, 0o600);
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  await utimes(path, 0, Number.isNaN(modified) ? 0 : modified / 1000);
  return { tree: diskTree(folder), picked: { source: name, type: 'file', name }, name: word, key: digest };
}
