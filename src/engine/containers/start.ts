// POST /containers/{id}/start. Every step that leaves something behind is undone in reverse when a later one fails:
// root file system, network, volumes, bundle, conmon with the runtime's `create`, `start`, and last the record.
import { closeSync, mkdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MS, mount, unmount } from '../kernel/mounts.ts';
import type { OciMount } from '../needs.ts';
import { createUnderConmon } from '../tools/conmon.ts';
import { startContainer as runtimeStart } from '../tools/oci-runtime.ts';
import { Conflict, Forbidden, InvalidParameter, System, errorMessage } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import { cleanUpRun } from './clean-up.ts';
import type { Container } from './container.ts';
import { networked } from './create.ts';
import { watchRun } from './watch-run.ts';
import { holdOutput, logPath } from './output-of.ts';
import { publish, type Parts } from './parts.ts';
import { startTicks } from './process.ts';
import { isUp, move, type ContainerRecord } from './record.ts';
import { readInRoot } from './root-files.ts';
import { containerSpec, type NamespaceWish } from './spec/spec.ts';
import { resolveUser } from './spec/user.ts';

/** @returns false when it runs already. @throws Conflict, InvalidParameter (126, 127), System */
export function startContainer(parts: Parts, container: Container, cause = 'start'): Promise<boolean> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (record.state === 'paused') throw new Conflict('cannot start a paused container, try unpause instead');
    if (record.state === 'running') return false;
    if (record.state === 'removing' || record.state === 'dead') throw new Conflict('container is marked for removal and cannot be started');
    container.cancelRestart?.();
    let startedAtMs = 0;
    try {
      startedAtMs = await launch(parts, container);
    } catch (error) {
      const { exitCode, failure } = startFailure(error, record.args[0] ?? '');
      record.exitCode = exitCode;
      record.error = failure.message;
      if (record.state === 'restarting') move(record, 'exited', 'start failed', Date.now());
      await parts.store.save(container);
      container.outputEnded(); // whoever attached before the start waits for output that will not come
      if (record.hostConfig.AutoRemove) container.removeSoon?.();
      throw failure;
    }
    Object.assign(record, { exitCode: 0, error: '', oomKilled: false, startedAtMs, manuallyStopped: false, bootId: parts.machine.bootId });
    move(record, 'running', cause, startedAtMs);
    await parts.store.save(container);
    publish(parts, container, 'start');
    container.tell('start', { exitCode: 0 });
    watchRun(parts, container, { fresh: true });
    return true;
  });
}

/** @returns when its process began, in ms: nothing it says is older (clients read logs from there on) */
async function launch(parts: Parts, container: Container): Promise<number> {
  const { folders, machine, snapshots } = parts;
  const { record } = container;
  const { id, config, hostConfig } = record;
  const bundle = folders.run(id);
  const rootfs = folders.rootfs(id);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => cleanUpRun(parts, record));
  await mkdir(bundle, { recursive: true, mode: 0o711 });
  const namespaces = namespacesOf(parts, record);
  const [attachment] = await Promise.all([
    parts.networks ? parts.networks.attach(networked(parts, record), { signal: parts.closing }) : { netns: namespaces.net === 'host' ? null : namespaces.net, mounts: [] as OciMount[], env: [] as string[] },
    snapshots.mount(id, rootfs),
    rm(folders.exit(id), { force: true }),
    rm(join(folders.persist(id), 'exit'), { force: true }),
    rm(join(folders.persist(id), 'oom'), { force: true }),
  ]);
  const volumes = (await parts.volumes?.mount({ id, name: record.name, config, hostConfig }, record.mounts, rootfs)) ?? [];
  const shmSource = sharedMemory(parts, record);
  const spec = containerSpec({
    id, config: { ...config, Env: [...attachment.env ?? [], ...config.Env ?? []] }, hostConfig, args: record.args, rootfs, shmSource,
    user: resolveUser(config.User ?? '', readInRoot(rootfs, '/etc/passwd'), readInRoot(rootfs, '/etc/group'), hostConfig.GroupAdd ?? []),
    mounts: [...attachment.mounts, ...volumes],
    namespaces: { ...namespaces, net: namespaces.net.startsWith('/') ? namespaces.net : (attachment.netns ?? 'host') },
    cgroupsPath: cgroupOf(machine, id, hostConfig.CgroupParent).specPath,
    facts: machine.facts,
  });
  const keepFilter = await parts.seccomp.apply(spec);
  await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
  await holdOutput(parts, container);
  const output = container.fifos?.openForContainer();
  const pid = await createUnderConmon({
    path: machine.conmonPath, runtime: machine.runtime, id, bundle,
    pidFile: join(bundle, 'pid'), conmonPidFile: join(bundle, 'conmon.pid'),
    exitDir: folders.exits, persistDir: folders.persist(id), socketDir: folders.sockets,
    tty: config.Tty === true, stdin: config.OpenStdin === true,
    leaveStdinOpen: config.OpenStdin === true && (config.StdinOnce !== true || config.Tty === true),
    log: output ? 'passthrough' : `k8s-file:${logPath(parts, record)}`,
    ...(output && { output }),
  }).finally(() => output?.forEach((fd) => closeSync(fd)));
  record.pid = pid;
  record.pidStartTicks = startTicks(pid) ?? '';
  const startedAtMs = Date.now();
  await Promise.all([runtimeStart(machine.runtime, id), keepFilter(id)]);
  undo.move();
  return startedAtMs;
}

function namespacesOf({ store }: Parts, record: ContainerRecord): NamespaceWish {
  const { hostConfig } = record;
  const join = (mode: string, kind: string): string => {
    const other = store.find(mode.slice('container:'.length)).record;
    if (!isUp(other)) throw kind === 'net' ? new Conflict(`cannot join network of a non running container: ${other.id}`) : new System(`failed to join ${kind.toUpperCase()} namespace: container ${other.id} is not running`);
    return `/proc/${other.pid}/ns/${kind}`;
  };
  const of = (mode: string | undefined, kind: string): string => (mode === 'host' ? 'host' : mode?.startsWith('container:') ? join(mode, kind) : 'new');
  return {
    net: of(hostConfig.NetworkMode, 'net'),
    ipc: of(hostConfig.IpcMode, 'ipc'),
    pid: of(hostConfig.PidMode, 'pid'),
    // Docker: a container that joins another's network shares its host name as well.
    uts: hostConfig.UTSMode === 'host' || hostConfig.NetworkMode === 'host' ? 'host' : hostConfig.NetworkMode?.startsWith('container:') ? join(hostConfig.NetworkMode, 'uts') : 'new',
    cgroup: hostConfig.CgroupnsMode === 'private' ? 'new' : 'host',
  };
}

/** /dev/shm that several containers share is a tmpfs on the host; a private one is mounted by the runtime. */
function sharedMemory({ folders, store }: Parts, record: ContainerRecord): string | undefined {
  const { hostConfig, id } = record;
  const mode = hostConfig.IpcMode ?? 'private';
  if (mode === 'host') return '/dev/shm';
  if (mode.startsWith('container:')) {
    const other = store.find(mode.slice('container:'.length)).record;
    if (other.hostConfig.IpcMode !== 'shareable') throw new InvalidParameter(`cannot join IPC of container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`);
    return join(folders.run(other.id), 'shm');
  }
  if (mode !== 'shareable') return undefined;
  const target = join(folders.run(id), 'shm');
  mkdirSync(target, { recursive: true });
  unmount(target);
  mount('shm', target, 'tmpfs', MS.nosuid | MS.nodev | MS.noexec, `mode=1777,size=${hostConfig.ShmSize ?? 0}`);
  return target;
}

/** What docker says and exits with when the process cannot be started. The words are what the docker CLI looks for. */
function startFailure(error: unknown, command: string): { exitCode: number; failure: Error } {
  const words = errorMessage(error);
  const prefix = 'failed to create task for container: failed to create shim task: OCI runtime create failed:';
  if (error instanceof InvalidParameter || error instanceof Conflict || error instanceof Forbidden) return { exitCode: 128, failure: error };
  const explained = (exitCode: number, reason: string) => ({ exitCode, failure: new InvalidParameter(`${prefix} ${reason}: unknown`) });
  const refused = (exitCode: number, reason: string) => ({ exitCode, failure: new InvalidParameter(`${prefix} exec: ${JSON.stringify(command)}: ${reason}: unknown`) });
  if (/executable file .*not found|no such file or directory.*exec|exec.*no such file or directory|open executable: (Too many levels|Not a directory)/i.test(words)) {
    return refused(127, command.includes('/') ? 'stat: no such file or directory' : 'executable file not found in $PATH');
  }
  if (/^open \/proc\/sys\/.*no such file/i.test(words)) return explained(127, words);
  if (/^mount .*not a directory$/i.test(words)) return explained(127, `${words}: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`);
  const folder = /^chdir `(.*)`: not a directory$/i.exec(words)?.[1];
  if (folder !== undefined) return { exitCode: 128, failure: new System(`Cannot mkdir: ${folder} is not a directory`) };
  if (/exec format error/i.test(words)) return refused(126, 'exec format error: permission denied');
  if (/is a directory|open executable: Operation not permitted/i.test(words)) return refused(126, 'is a directory: permission denied');
  if (/(exec|executable).*permission denied/i.test(words)) return refused(126, 'permission denied');
  return { exitCode: 128, failure: error instanceof System ? error : new System(words, { cause: error }) };
}
