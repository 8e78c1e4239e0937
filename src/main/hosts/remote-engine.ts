// Installs Gantry's own engine on a remote machine over the SSH connection that is there, as a systemd service; upgrades it in
// place, and takes it away again. Layout there: `bundles/<digest>/` and `current` -> one of them, so that an upgrade is one
// rename and an interrupted one changes nothing.

import { createReadStream } from 'node:fs';
import { Unavailable } from '../../engine/wire/errors.ts';
import type { InstallPlan, RemoteProgress } from '../contract/remote.ts';
import { discover, shellQuote, type RemoteFacts } from './discover.ts';
import { makeEngineBundle, type BundleSource, type EngineBundle } from './remote-engine-bundle.ts';
import { parseState, placesOf, planInstall, stateScript, unitText, type Places, type Scope } from './remote-engine-plan.ts';
import type { SshConnection } from './ssh/connection.ts';
import { ConnectionProblem, sample } from './ssh/problem.ts';

export interface EngineInstallOptions { connection: SshConnection; bundles: BundleSource; scope: Scope; signal: AbortSignal | undefined }

const READY_SECONDS = 30;
const PROGRESS_MS = 200;

/** What would be done. Changes nothing on the machine. @throws NotImplemented for machines this installation has no engine for */
export async function installPlan(options: EngineInstallOptions): Promise<InstallPlan> {
  return (await look(options)).plan;
}

/** Install or upgrade, and start. The last progress has `done` and the engine's socket. @throws Unavailable with the reason when something stands in the way */
export async function* installEngine(options: EngineInstallOptions): AsyncGenerator<RemoteProgress & { socketPath?: string }> {
  const { connection, signal } = options;
  yield { phase: 'look', detail: '' };
  const { plan, places, bundle, facts, runFolder } = await look(options);
  if (plan.obstacles.length > 0) throw new Unavailable(plan.obstacles.join('; '));
  if (plan.missing.length > 0) throw new Unavailable(`programs are missing there: ${plan.missing.join(', ')}${plan.command ? `; run: ${plan.command}` : ''}`);
  const sudo = places.privileged;
  const target = `${places.folder}/bundles/${bundle.digest.slice(0, 16)}`;

  if (!await succeeds(connection, `test -f ${shellQuote(`${target}/VERSION`)}`, signal)) {
    const archive = `/tmp/gantry-engine-${bundle.digest.slice(0, 16)}.${facts.uid}.tgz`;
    yield* upload(connection, bundle, archive, signal);
    yield { phase: 'unpack', detail: target };
    await must(connection, `
set -e
trap 'rm -f ${archive}' EXIT
echo '${bundle.digest}  ${archive}' | sha256sum -c - >/dev/null
${sudo}mkdir -p ${shellQuote(`${target}.part`)}
${sudo}tar -xzf ${archive} -C ${shellQuote(`${target}.part`)}
cd ${shellQuote(`${target}.part`)}
${sudo}ln -sfn "$(ls node_modules | grep '^node-linux-')" node_modules/node-linux
echo ${shellQuote(bundle.version)} | ${sudo}tee VERSION >/dev/null
node_modules/node-linux/bin/node --version >/dev/null
${sudo}rm -rf ${shellQuote(target)}
${sudo}mv ${shellQuote(`${target}.part`)} ${shellQuote(target)}
`, places, signal);
  }

  yield { phase: 'service', detail: places.unit };
  await must(connection, `
set -e
${sudo}mkdir -p ${shellQuote(places.unit.replace(/\/[^/]*$/, ''))}
${sudo}ln -sfn ${shellQuote(target)} ${shellQuote(`${places.folder}/current.new`)}
${sudo}mv -T ${shellQuote(`${places.folder}/current.new`)} ${shellQuote(`${places.folder}/current`)}
${sudo}tee ${shellQuote(places.unit)} >/dev/null <<'UNIT'
${unitText(options.scope, places, bundle.entry)}UNIT
${sudo}${places.systemctl} daemon-reload
${sudo}${places.systemctl} enable gantry >/dev/null 2>&1
${sudo}${places.systemctl} restart gantry
${options.scope === 'user' ? 'loginctl enable-linger 2>/dev/null || true' : ''}
`, places, signal);

  yield { phase: 'start', detail: places.socketPath };
  await must(connection, `
for i in $(seq ${READY_SECONDS * 5}); do
  [ -S ${shellQuote(places.socketPath)} ] && exit 0
  case "$(${places.systemctl} is-active gantry)" in failed) break;; esac
  sleep 0.2
done
echo "the engine does not start:" >&2
${sudo}journalctl ${options.scope === 'user' ? '--user' : ''} -u gantry -n 8 --no-pager -o cat >&2
exit 1
`, places, signal, { XDG_RUNTIME_DIR: runFolder });
  yield { phase: 'clean', detail: '' };
  await must(connection, `cd ${shellQuote(`${places.folder}/bundles`)} && for old in *; do [ "$old" = ${shellQuote(bundle.digest.slice(0, 16))} ] || ${sudo}rm -rf -- "$old"; done`, places, signal);
  yield { phase: 'done', detail: bundle.version, done: true, socketPath: places.socketPath };
}

/** Stop and remove; with `deleteData` its images, volumes and containers too. Removing twice is harmless. */
export async function* uninstallEngine({ connection, scope, signal, deleteData }: Omit<EngineInstallOptions, 'bundles'> & { deleteData: boolean }): AsyncGenerator<RemoteProgress> {
  const facts = await discover(connection, { signal });
  const state = parseState((await connection.run('sh -s', { input: stateScript(scope), signal })).stdout.toString('utf8'));
  const places = placesOf(scope, facts, state.runFolder);
  const sudo = places.privileged;
  yield { phase: 'stop', detail: places.unit };
  await must(connection, `
${sudo}${places.systemctl} disable gantry >/dev/null 2>&1
${sudo}${places.systemctl} stop gantry >/dev/null 2>&1
${deleteData ? `${sudo}${places.systemctl} kill --kill-who=all -s KILL gantry >/dev/null 2>&1` : ''}
${sudo}rm -f ${shellQuote(places.unit)}
${sudo}${places.systemctl} daemon-reload
true
`, places, signal);
  yield { phase: 'remove', detail: places.folder };
  // Rootless data belongs to subordinate ids: only inside the user's namespace may it be deleted.
  const remove = scope === 'user' ? 'rootlesskit rm -rf' : `${sudo}rm -rf`;
  await must(connection, `${sudo}rm -rf ${shellQuote(places.folder)}\n${deleteData ? `${remove} ${shellQuote(places.dataRoot)}` : ''}\n`, places, signal);
  yield { phase: 'done', detail: '', done: true };
}

interface Look { plan: InstallPlan; places: Places; bundle: EngineBundle; facts: RemoteFacts; runFolder: string }

async function look({ connection, bundles, scope, signal }: EngineInstallOptions): Promise<Look> {
  const facts = await discover(connection, { signal });
  const bundle = await makeEngineBundle(bundles, facts.machine);
  const state = parseState((await connection.run('sh -s', { input: stateScript(scope), signal })).stdout.toString('utf8'));
  return { plan: planInstall(scope, facts, state, bundle), places: placesOf(scope, facts, state.runFolder), bundle, facts, runFolder: state.runFolder };
}

/** Through `cat` in a shell: it needs no SFTP server, and the channel's window is the flow control. */
async function* upload(connection: SshConnection, bundle: EngineBundle, archive: string, signal: AbortSignal | undefined): AsyncGenerator<RemoteProgress> {
  const { stream, stderr, exited } = await connection.start(`umask 077; cat > ${shellQuote(archive)}`, { signal });
  let said = '';
  stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString('utf8')).slice(0, 500); });
  const file = createReadStream(bundle.path, { highWaterMark: 1 << 20 });
  const abort = (): void => { file.destroy(); stream.destroy(); };
  signal?.addEventListener('abort', abort, { once: true });
  let isOver = false;
  const over = exited.finally(() => { isOver = true; });
  file.on('error', (error) => stream.destroy(error));
  file.pipe(stream);
  stream.resume();
  try {
    while (!isOver) {
      yield { phase: 'send', detail: '', bytes: file.bytesRead, totalBytes: bundle.bytes };
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, PROGRESS_MS))]);
    }
    signal?.throwIfAborted();
    if (await over !== 0) {
      const isFull = await succeeds(connection, `[ "$(df -Pk /tmp | awk 'NR==2 {print $4}')" -lt 1024 ]`, signal);
      throw isFull ? new ConnectionProblem('disk-full', { host: connection.target.name, path: '/tmp' }) : new Unavailable(`the engine could not be sent: ${sample(said)}`);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
  }
}

async function succeeds(connection: SshConnection, command: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await connection.run('sh -s', { input: `${command}\n`, signal })).code === 0;
}

/** @throws disk-full, or Unavailable with the script's own words */
async function must(connection: SshConnection, script: string, places: Places, signal: AbortSignal | undefined, env: Record<string, string> = {}): Promise<void> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`).join('');
  const { code, stderr } = await connection.run('sh -s', { input: exports + script, signal });
  if (code === 0) return;
  const parent = places.folder.replace(/\/[^/]*$/, '');
  if (await succeeds(connection, `[ "$(df -Pk ${shellQuote(parent)} 2>/dev/null | awk 'NR==2 {print $4}')" -lt 1024 ]`, signal)) throw new ConnectionProblem('disk-full', { host: connection.target.name, path: parent });
  throw new Unavailable(sample(stderr, 400));
}
