// `RUN --mount=…` -> OCI mounts. Secrets lie in a folder in memory that the build removes; nothing of their values reaches keys or layers.
import { access, chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OciMount } from '../../needs.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { followLinks, type SourceTree } from '../context/source-tree.ts';
import { expand } from '../dockerfile/expand.ts';
import { parseMount, type MountRequest } from '../dockerfile/mount.ts';
import { originOf } from '../graph.ts';
import { absolutePath, relativePath } from '../paths.ts';
import { variablesOf, type StageState } from '../state.ts';
import { output } from '../tools.ts';
import type { Execution, StepOutput } from './execution.ts';

export interface RunMount { request: MountRequest; target: string; /** part of the step's key */ key: string; tree: (() => Promise<SourceTree>) | undefined }

/** Resolves the mounts of a RUN as far as the cache key needs it. @throws InvalidParameter */
export async function resolveMounts(texts: readonly string[], state: StageState, stageIndex: number, execution: Execution, io: StepOutput): Promise<RunMount[]> {
  const variables = variablesOf(state);
  return Promise.all(texts.map(async (text): Promise<RunMount> => {
    const request = parseMount(expand(text, variables, { escape: execution.escape }).text);
    const fallback = request.type === 'secret' ? `/run/secrets/${request.id ?? 'default'}` : `/run/buildkit/ssh_agent.${request.id ?? 'default'}`;
    const target = absolutePath(state.config.WorkingDir || '/', request.target ?? fallback);
    if (target === '/') throw new InvalidParameter(`invalid mount target "/": the root can not be mounted over`);
    const described = JSON.stringify({ ...request, target });
    if (request.type !== 'bind' && !(request.type === 'cache' && request.from !== undefined)) return { request, target, key: described, tree: undefined };
    if (request.from === undefined) {
      const source = followed(execution.context, request.source ?? '');
      return { request, target, key: `${described} ${await execution.context.contentKey(source, undefined, io.signal)}`, tree: () => Promise.resolve(execution.context) };
    }
    const files = await execution.origin(originOf(request.from, execution.graph.stages, stageIndex, execution.namedContexts), (message) => io.progress(message));
    return { request, target, key: `${described} ${files.chainId ?? ''}`, tree: () => files.tree() };
  }));
}

/** Prepares the mounts, runs `use` with them, cleans up. `env` holds what secrets and agents add to the environment. */
export async function withMounts<T>(mounts: readonly RunMount[], execution: Execution, signal: AbortSignal, use: (mounts: OciMount[], env: string[]) => Promise<T>): Promise<T> {
  const ready: OciMount[] = [];
  const env: string[] = [];
  const next = async (index: number): Promise<T> => {
    const mount = mounts[index];
    if (!mount) return use(ready, env);
    const { request, target } = mount;
    switch (request.type) {
      case 'tmpfs':
        ready.push({ destination: target, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777', ...(request.sizeBytes === undefined ? [] : [`size=${request.sizeBytes}`])] });
        return next(index + 1);
      case 'bind': {
        const tree = await (mount.tree as () => Promise<SourceTree>)();
        const source = join(tree.root, followed(tree, request.source ?? ''));
        if (request.isReadonly) ready.push({ destination: target, type: 'bind', source, options: ['rbind', 'ro'] });
        else ready.push({ destination: target, type: 'bind', source: await scratchCopy(source, index, execution, signal), options: ['rbind', 'rw'] });
        return next(index + 1);
      }
      case 'cache':
        return execution.cacheMounts.use(
          request.id ?? target,
          {
            sharing: request.sharing, uid: request.uid ?? 0, gid: request.gid ?? 0, mode: request.mode ?? 0o755,
            ...(mount.tree ? { fill: (folder: string) => fill(mount, folder, execution, signal) } : {}),
          },
          (folder) => {
            ready.push({ destination: target, type: 'bind', source: folder, options: ['rbind', request.isReadonly ? 'ro' : 'rw'] });
            return next(index + 1);
          },
        );
      case 'secret': {
        const id = request.id ?? (target.split('/').at(-1) as string);
        const value = execution.request.secrets.get(id);
        if (value === undefined && request.isRequired) throw new InvalidParameter(`secret ${id}: not found`);
        if (value !== undefined && request.env !== undefined) env.push(`${request.env}=${value.toString('utf8')}`);
        if (value !== undefined && (request.env === undefined || request.target !== undefined)) {
          const file = await writePrivate(execution.privateFolder, `secret-${index}-${id.replace(/[^\w.-]/g, '_')}`, value, request);
          ready.push({ destination: target, type: 'bind', source: file, options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'] });
        }
        return next(index + 1);
      }
      case 'ssh': {
        const id = request.id ?? 'default';
        const socket = execution.request.ssh.get(id);
        if (socket === undefined) {
          if (request.isRequired) throw new InvalidParameter(`unset ssh forward key ${id}: give the build an agent socket for it`);
          return next(index + 1);
        }
        await access(socket).catch((error: unknown) => { throw new InvalidParameter(`ssh agent socket of ${id} can not be used`, { cause: error }); });
        ready.push({ destination: target, type: 'bind', source: socket, options: ['bind'] });
        env.push(`SSH_AUTH_SOCK=${target}`);
        return next(index + 1);
      }
    }
  };
  return next(0);
}

function followed(tree: SourceTree, path: string): string {
  const source = followLinks(tree, relativePath(path));
  if (source === undefined || source === 'loop') throw new InvalidParameter(`mount source ${JSON.stringify(path)} not found${tree.absence?.(relativePath(path)) ? ` (${tree.absence(relativePath(path))})` : ''}`);
  return source;
}

async function writePrivate(folder: string, name: string, value: Buffer, request: MountRequest): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  await writeFile(path, value, { mode: 0o600 });
  await chown(path, request.uid ?? 0, request.gid ?? 0);
  await chmod(path, request.mode ?? 0o400);
  return path;
}

/** A read-write bind's changes are thrown away: it gets a copy. */
async function scratchCopy(source: string, index: number, execution: Execution, signal: AbortSignal): Promise<string> {
  const folder = join(execution.work, `rw-${process.hrtime.bigint()}-${index}`);
  await output(execution.start, ['cp', '--archive', '--reflink=auto', '--no-target-directory', '--', source, folder], { signal });
  return folder;
}

async function fill(mount: RunMount, folder: string, execution: Execution, signal: AbortSignal): Promise<void> {
  const tree = await (mount.tree as () => Promise<SourceTree>)();
  const source = join(tree.root, followed(tree, mount.request.source ?? ''));
  await output(execution.start, ['cp', '--archive', '--reflink=auto', '--no-target-directory', '--', source, folder], { signal });
}
