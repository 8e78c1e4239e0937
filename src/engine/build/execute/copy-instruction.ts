// COPY and ADD: inputs are resolved and hashed first (that is the cache key), files are placed only on a miss.
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';
import { excluder, selectSource, type Selected } from '../context/select.ts';
import type { SourceTree } from '../context/source-tree.ts';
import { diskTree } from '../context/disk-tree.ts';
import type { Transfer } from '../dockerfile/ast.ts';
import { expand } from '../dockerfile/expand.ts';
import { heredocBody } from '../dockerfile/heredoc.ts';
import { originOf } from '../graph.ts';
import { absolutePath } from '../paths.ts';
import { variablesOf } from '../state.ts';
import { stepKey } from '../cache-key.ts';
import { fetchSource, isRemoteSource, type FetchedSource } from './add-sources.ts';
import { unpackInto, isArchive } from './unpack.ts';
import type { Execution, StepOutput } from './execution.ts';
import { modeFrom, resolveOwner } from './owner.ts';
import { placeFile, placeFolder, type PlaceOptions } from './place.ts';
import { copyUp, makeFolder, resolveRooted } from './rooted.ts';
import type { StageRun, StepInput } from './stage-run.ts';
import type { OpenLayer } from './layer.ts';

interface Source { tree: SourceTree; picked: Selected; /** ADD of a local file: unpack it when it is an archive */ mayUnpack: boolean; how: PlaceOptions['how'] }

export async function copyInput(run: StageRun, instruction: Transfer, stageIndex: number, execution: Execution, io: StepOutput): Promise<StepInput> {
  const variables = variablesOf(run.state);
  const text = (value: string) => expand(value, variables, { escape: execution.escape }).text;
  const { kind } = instruction;
  const words = instruction.sources.map(text);
  const destinationText = text(instruction.destination);
  const exclude = instruction.exclude.map(text);
  const leaveOut = excluder(exclude);
  const chown = instruction.chown === undefined ? undefined : text(instruction.chown);
  const chmod = instruction.chmod === undefined ? undefined : text(instruction.chmod);
  const mode = chmod === undefined ? undefined : modeFrom(chmod);
  const files = instruction.heredocs.map((heredoc) => ({ name: heredoc.name, content: heredoc.expand ? expand(heredocBody(heredoc), variables, { escape: execution.escape, raw: true }).text : heredocBody(heredoc) }));

  const origin = instruction.from === undefined ? undefined : await execution.origin(originOf(instruction.from, execution.graph.stages, stageIndex, execution.namedContexts), (message) => io.progress(message));
  const fetched: FetchedSource[] = [];
  for (const word of words) if (kind === 'ADD' && isRemoteSource(word)) fetched.push(await fetchSource(word, instruction.checksum === undefined ? undefined : text(instruction.checksum), instruction.keepGitDir, execution, io));
  const localWords = words.filter((word) => !(kind === 'ADD' && isRemoteSource(word)));
  if (instruction.checksum !== undefined && localWords.length > 0) throw new InvalidParameter('checksum can\'t be specified for local sources');

  const select = (tree: SourceTree) => localWords.flatMap((word) => selectSource(tree, word, { keyword: kind, parents: instruction.parents })).filter((picked) => picked.type === 'dir' || !leaveOut?.(instruction.parents ? picked.name : picked.name));
  const inputs = await localKeys(origin?.chainId, origin ? () => origin.tree() : () => Promise.resolve(execution.context), select, localWords, exclude, instruction.parents, execution, io);
  const options = JSON.stringify({ destinationText, chown, chmod, exclude, link: instruction.link, parents: instruction.parents, unpack: instruction.unpack, cwd: run.state.config.WorkingDir || '/' });
  const shown = [...(instruction.from === undefined ? [] : [`--from=${instruction.from}`]), ...(chown === undefined ? [] : [`--chown=${chown}`]), ...(chmod === undefined ? [] : [`--chmod=${chmod}`]), ...words, ...files.map((file) => `<<${file.name}`), destinationText];
  return {
    key: stepKey(run.key, kind, options, inputs, ...fetched.map((source) => `${source.name} ${source.key}`), ...files.flatMap((file) => [file.name, file.content])),
    state: run.state,
    text: `${kind} ${shown.join(' ')}`,
    execute: async () => {
      const tree = origin ? await origin.tree() : execution.context;
      const selected = select(tree);
      const isLastReader = execution.contextUses.left <= 1 && !overlap(selected);
      const how: PlaceOptions['how'] = origin ? 'copy' : isLastReader ? 'move' : chown === undefined && mode === undefined ? 'link' : 'copy';
      const sources: Source[] = selected.map((picked) => ({ tree, picked, mayUnpack: kind === 'ADD' && instruction.unpack !== false, how }));
      for (const source of fetched) sources.push({ tree: source.tree, picked: source.picked, mayUnpack: instruction.unpack === true, how: 'copy' });
      if (files.length > 0) sources.push(...(await heredocSources(files, execution)));
      return execution.layers.make(run.chainId, async (open) => {
        const owner = chown === undefined ? undefined : await resolveOwner(chown, open.rootfs);
        const isWhole = (path: string) => tree !== execution.context || execution.context.isWhole(path);
        await placeAll(sources, open, absoluteDestination(run, destinationText), kind, instruction.parents, execution.work, { owner, mode, leaveOut, isWhole, start: execution.start, signal: io.signal });
      }, io.signal);
    },
  };
}

/** True when one source lies in another or is named twice: moving the first would take the second away. */
function overlap(selected: readonly Selected[]): boolean {
  const paths = selected.map(({ source }) => (source === '' ? '' : `${source}/`)).sort();
  return paths.some((path, index) => index > 0 && path.startsWith(paths[index - 1] as string));
}

const absoluteDestination = (run: StageRun, text: string): string => {
  const path = absolutePath(run.state.config.WorkingDir || '/', text);
  return /(?:^|\/)\.?$/.test(text) && path !== '/' ? `${path}/` : path;
};

/** The key of local inputs. For layers that never change the answer is remembered: a cached step reads no file. */
async function localKeys(
  chainId: string | null | undefined, tree: () => Promise<SourceTree>, select: (tree: SourceTree) => Selected[],
  words: readonly string[], exclude: readonly string[], parents: boolean, execution: Execution, io: StepOutput,
): Promise<string> {
  if (words.length === 0) return '';
  const memoName = typeof chainId === 'string' ? stepKey(chainId, JSON.stringify(words), JSON.stringify(exclude), String(parents)) : undefined;
  const remembered = memoName === undefined ? undefined : execution.cache.memo(memoName);
  if (remembered !== undefined) return remembered;
  const source = await tree();
  const leaveOut = excluder(exclude);
  const parts: string[] = [];
  for (const picked of select(source)) parts.push(picked.type === 'dir' ? `${parents ? picked.name : ''}/` : picked.name, await source.contentKey(picked.source, leaveOut, io.signal));
  const key = stepKey('', ...parts);
  if (memoName !== undefined) execution.cache.setMemo(memoName, key);
  return key;
}

async function heredocSources(files: readonly { name: string; content: string }[], execution: Execution): Promise<Source[]> {
  const folder = join(execution.work, `heredoc-${process.hrtime.bigint()}`);
  await mkdir(folder);
  for (const { name, content } of files) {
    const path = join(folder, name);
    if (dirname(path) !== folder) throw new InvalidParameter(`invalid heredoc name for a file: ${name}`);
    await writeFile(path, content);
    chmodSync(path, 0o644);
  }
  const tree = diskTree(folder);
  return files.map(({ name }) => ({ tree, picked: { source: name, type: 'file', name }, mayUnpack: false, how: 'copy' }));
}

const ROOT = { uid: 0, gid: 0 };

type SharedOptions = Omit<PlaceOptions, 'tree' | 'how'>;

async function placeAll(sources: readonly Source[], layer: OpenLayer, destination: string, keyword: string, parents: boolean, work: string, options: SharedOptions): Promise<void> {
  if (sources.length === 0) return;
  const isFolderPath = destination.endsWith('/') || destination === '/';
  if (sources.length > 1 && !isFolderPath) throw new InvalidParameter(`When using ${keyword} with more than one source file, the destination must be a directory and end with a /`);
  const { rootfs, upper } = layer;
  // everything that needs to see the layers below happens while the root is mounted; the files themselves go below `upper` after it
  const jobs: { source: Source; target: string; isArchive: boolean }[] = [];
  for (const source of sources) {
    const { picked } = source;
    const unpack = picked.type === 'file' && source.mayUnpack && (await isArchive(join(source.tree.root, picked.source), options.start, options.signal));
    const asFolder = picked.type === 'dir' || unpack;
    const there = resolveRooted(rootfs, destination);
    if (asFolder) {
      const path = parents && picked.type === 'dir' ? join(destination, picked.name) : destination;
      const isNew = resolveRooted(rootfs, path).kind === 'missing';
      const target = makeFolder(rootfs, path, options.owner ?? ROOT);
      if (picked.type === 'dir') checkConflicts(source.tree, picked.source, join(rootfs, target));
      if (isNew && options.mode) chmodSync(join(rootfs, target), options.mode(0o755, true));
      copyUp(rootfs, target);
      jobs.push({ source, target, isArchive: unpack });
    } else if (isFolderPath || there.kind === 'dir' || parents) {
      const folder = makeFolder(rootfs, dirname(join(destination, picked.name)), options.owner ?? ROOT);
      copyUp(rootfs, folder);
      const name = picked.name.split('/').at(-1) as string;
      refuseFolder(join(rootfs, folder, name), name);
      jobs.push({ source, target: join(folder, name), isArchive: false });
    } else {
      const folder = makeFolder(rootfs, dirname(`/${there.path}`), options.owner ?? ROOT);
      copyUp(rootfs, folder);
      jobs.push({ source, target: there.path, isArchive: false });
    }
  }
  await layer.unmount();
  for (const { source, target, isArchive: isTar } of jobs) {
    const place: PlaceOptions = { ...options, tree: source.tree, how: source.how };
    const full = join(upper, target);
    if (isTar) {
      const unpacked = join(work, `unpacked-${process.hrtime.bigint()}`);
      mkdirSync(unpacked);
      await unpackInto(join(source.tree.root, source.picked.source), unpacked, options);
      await placeFolder('', full, { ...place, tree: diskTree(unpacked), how: 'move', owner: undefined, mode: undefined, leaveOut: undefined, isWhole: () => true });
    }
    else if (source.picked.type === 'dir') await placeFolder(source.picked.source, full, place);
    else {
      mkdirSync(dirname(full), { recursive: true });
      await placeFile(source.picked.source, full, place);
    }
  }
}

function refuseFolder(path: string, name: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new InvalidParameter(`cannot copy the file ${name} over the directory of that name`);
}

/** A folder can not take the place of a file, nor a file that of a folder. Looks only where both sides exist. */
function checkConflicts(tree: SourceTree, source: string, target: string): void {
  for (const name of tree.names(source)) {
    const below = source === '' ? name : `${source}/${name}`;
    const stats = lstatSync(join(target, name), { throwIfNoEntry: false });
    if (!stats) continue;
    const isFolder = tree.entry(below)?.type === 'dir';
    if (isFolder && stats.isDirectory()) checkConflicts(tree, below, join(target, name));
    else if (!isFolder && stats.isDirectory()) throw new InvalidParameter(`cannot copy to directory: ${name} is a file in the source and a directory in the image`);
    else if (isFolder && stats.isFile()) throw new InvalidParameter(`cannot copy to non-directory: ${name} is a directory in the source and a file in the image`);
  }
}
