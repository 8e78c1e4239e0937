// A real engine for tests: the daemon as a child process in a network namespace of its own, so that bridges and firewall
// tables never meet the machine's or another test's; the docker CLI; images made here; a look for what was left behind.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const REPO = resolve(dirname(new URL(import.meta.url).pathname), '../..');
const NODE = join(REPO, 'node_modules/.bin/node');

export interface CommandResult { code: number; stdout: string; stderr: string }

export interface TestEngine extends AsyncDisposable {
  socketPath: string;
  dataRoot: string;
  runRoot: string;
  /** network namespace the engine lives in */
  netns: string;
  pid(): number;
  /** runs the docker CLI against this engine */
  docker(...args: string[]): Promise<CommandResult>;
  /** the same, but a failure throws with what the CLI said; returns stdout without the last newline */
  dockerOk(...args: string[]): Promise<string>;
  /** starts a docker CLI command and leaves it running */
  dockerSpawn(...args: string[]): ChildProcess;
  /** runs a command in the engine's network namespace */
  inNetns(...argv: string[]): Promise<CommandResult>;
  /** `json` is the parsed body where it is JSON */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<{ status: number; body: string; json: T }>;
  /** SIGKILL, as a crash would */
  kill9(): Promise<void>;
  /** SIGTERM; resolves with the exit code */
  stop(): Promise<number | null>;
  start(): Promise<void>;
  stderr(): string;
  /** mounts, processes and network devices that belong to this engine; empty after everything was removed */
  leftovers(): string[];
}

/** Starts an engine on fresh folders. Dispose kills it with all its containers and removes every trace. */
export async function startTestEngine(options: { args?: string[]; folder?: string } = {}): Promise<TestEngine> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gantry-test-'));
  const name = `gt${process.pid}x${Math.random().toString(36).slice(2, 7)}`;
  const dataRoot = join(folder, 'data');
  const runRoot = join(folder, 'run');
  const socketPath = join(folder, 's.sock');
  execFileSync('ip', ['netns', 'add', name]);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  let child: ChildProcess | undefined;
  let said = '';

  const engine: TestEngine = {
    socketPath, dataRoot, runRoot, netns: name,
    pid: () => child?.pid ?? 0,
    docker: (...args) => run('docker', ['-H', `unix://${socketPath}`, ...args], folder),
    async dockerOk(...args) {
      const result = await engine.docker(...args);
      if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: exit ${result.code}: ${result.stderr}${result.stdout}`);
      return result.stdout.replace(/\n$/, '');
    },
    dockerSpawn: (...args) => spawn('docker', ['-H', `unix://${socketPath}`, ...args], { env: cliEnvironment(folder) }),
    inNetns: (...argv) => run('nsenter', [`--net=/run/netns/${name}`, ...argv], folder),
    api: (method, path, body) => api(socketPath, method, path, body),
    async start() {
      child = spawn('nsenter', [`--net=/run/netns/${name}`, NODE, join(REPO, 'src/engine/daemon.ts'),
        '--data-root', dataRoot, '--run-root', runRoot, '--socket', socketPath, ...(options.args ?? [])], { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stderr?.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-200_000); });
      let out = '';
      await new Promise<void>((ready, fail) => {
        child?.stdout?.on('data', (chunk: Buffer) => { out += chunk.toString(); if (out.includes('ready ')) ready(); });
        child?.on('exit', (code) => fail(new Error(`engine exited with ${code}: ${said}`)));
      });
    },
    async kill9() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (!child || child.exitCode !== null) return child?.exitCode ?? null;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await gone as [number | null];
      return code;
    },
    stderr: () => said,
    leftovers: () => leftovers(folder, name),
    async [Symbol.asyncDispose]() {
      await engine.kill9();
      killProcessesOf(folder);
      for (const target of mountsBelow(folder).toReversed()) run('umount', ['-l', target], folder).catch(() => {}); // the folder's removal below tells
      for (let round = 0; round < 100 && mountsBelow(folder).length > 0; round++) await new Promise((next) => setTimeout(next, 20));
      await run('ip', ['netns', 'del', name], folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await engine.start();
  return engine;
}

const cliEnvironment = (folder: string) => ({ PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: join(folder, 'docker-config'), DOCKER_BUILDKIT: '0' });

function run(command: string, args: string[], folder: string): Promise<CommandResult> {
  return new Promise((done) => {
    execFile(command, args, { env: cliEnvironment(folder), maxBuffer: 256 << 20, timeout: 120_000 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
    });
  });
}

async function api<T>(socketPath: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: string; json: T }> {
  const asked = request({ socketPath, method, path, headers: body === undefined ? {} : { 'Content-Type': 'application/json' } });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, 'response') as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  let json: unknown;
  try { json = JSON.parse(text); } catch { json = undefined; } // streams and empty answers are no JSON
  return { status: response.statusCode ?? 0, body: text, json: json as T };
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((target) => target.startsWith(`${folder}/`));
}

function processesOf(folder: string): { pid: number; command: string }[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).flatMap((entry) => {
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(folder) && Number(entry) !== process.pid ? [{ pid: Number(entry), command }] : [];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

function killProcessesOf(folder: string): void {
  for (const { pid } of processesOf(folder)) {
    // a supervisor's children are the containers
    for (const child of descendants(pid)) kill(child);
    kill(pid);
  }
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return children.flatMap((child) => [...descendants(child), child]);
  } catch {
    return []; // it ended meanwhile
  }
}

function kill(pid: number): void {
  try { process.kill(pid, 'SIGKILL'); } catch { /* it ended meanwhile */ }
}

function leftovers(folder: string, netns: string): string[] {
  const found = mountsBelow(folder).map((target) => `mount ${target}`);
  // bytes of what was removed go in the background
  const isKnown = (command: string) => command.includes('daemon.ts') || command.startsWith('docker ') || /^rm -rf .*\/data\/trash\//.test(command);
  for (const { pid, command } of processesOf(folder)) if (!isKnown(command)) found.push(`process ${pid} ${command}`);
  const links = execFileSync('ip', ['-n', netns, '-o', 'link'], { encoding: 'utf8' });
  for (const line of links.split('\n')) {
    const device = /^\d+: ([^:@]+)/.exec(line)?.[1];
    if (device?.startsWith('veth')) found.push(`device ${device}`);
  }
  return found;
}

/** A docker-archive with busybox, layers as given besides the first; returns its path. Made once per process. */
export function busyboxArchive(reference = 'busybox:test', config: Record<string, unknown> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-busybox-'));
  const root = join(folder, 'root');
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
  if (busybox === undefined) throw new Error('busybox-static is not installed');
  execFileSync('sh', ['-ec', `mkdir -p ${root}/bin ${root}/etc ${root}/tmp ${root}/proc ${root}/sys ${root}/dev ${root}/root
    chmod 1777 ${root}/tmp
    cp ${busybox} ${root}/bin/busybox
    for a in $(${busybox} --list); do [ $a = busybox ] || ln -s busybox ${root}/bin/$a; done
    echo 'root:x:0:0:root:/root:/bin/sh' > ${root}/etc/passwd; echo 'nobody:x:65534:65534:nobody:/:/bin/false' >> ${root}/etc/passwd
    echo 'root:x:0:' > ${root}/etc/group; echo 'nogroup:x:65534:' >> ${root}/etc/group
    tar -C ${root} --numeric-owner --owner=0 --group=0 --sort=name --mtime=@1700000000 -cf ${folder}/layer.tar .`]);
  const diffId = execFileSync('sha256sum', [join(folder, 'layer.tar')], { encoding: 'utf8' }).slice(0, 64);
  const image = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', created: '2023-11-14T22:13:20Z',
    config: { Cmd: ['sh'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ...config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created: '2023-11-14T22:13:20Z', created_by: 'ADD busybox' }],
  };
  const text = JSON.stringify(image);
  const id = execFileSync('sha256sum', { input: text, encoding: 'utf8' }).slice(0, 64);
  writeFileSync(join(folder, `${id}.json`), text);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: `${id}.json`, RepoTags: [reference], Layers: ['layer.tar'] }]));
  const archive = join(folder, 'busybox.tar');
  execFileSync('tar', ['-C', folder, '-cf', archive, 'manifest.json', `${id}.json`, 'layer.tar']);
  rmSync(root, { recursive: true });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return archive;
}

export interface TestRegistry extends AsyncDisposable { address: string }

/** A real docker-registry on loopback, inside the engine's network namespace when one is given. */
export async function startRegistry(options: { netns?: string; port?: number } = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-registry-'));
  const port = options.port ?? 20000 + Math.floor(Math.random() * 20000);
  writeFileSync(join(folder, 'config.yml'), `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}\nhttp: {addr: 127.0.0.1:${port}}\n`);
  const argv = ['docker-registry', 'serve', join(folder, 'config.yml')];
  const child = options.netns === undefined
    ? spawn(argv[0] as string, argv.slice(1), { stdio: 'ignore' })
    : spawn('nsenter', [`--net=/run/netns/${options.netns}`, ...argv], { stdio: 'ignore' });
  const probe = options.netns === undefined ? [] : ['nsenter', `--net=/run/netns/${options.netns}`];
  for (let round = 0; ; round++) {
    const [command, ...rest] = [...probe, 'sh', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`.replace(/^/, 'bash -c "') + '"'];
    const answer = await run(command as string, rest, folder);
    if (answer.code === 0) break;
    if (round > 200) throw new Error('docker-registry does not answer');
    await new Promise((next) => setTimeout(next, 25));
  }
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
