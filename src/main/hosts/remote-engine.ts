// Installs Gantry's own engine on a remote machine over the SSH connection that is there, as a systemd service, and upgrades it
// in place (remote-engine-remove.ts takes it away again). Layout there: `bundles/<digest>/` and `current` -> one of them, so that an upgrade is one
// rename and an interrupted one changes nothing.

import { createReadStream } from 'node:fs';
import { Unavailable } from '../../engine/wire/errors.ts';
import { installSentence } from '../contract/install-texts.ts';
import type { InstallPlan, RemoteProgress } from '../contract/remote.ts';
import { discover, shellQuote } from './discover.ts';
import { must, succeeds } from './remote-commands.ts';
import { makeEngineBundle, type BundleSource, type EngineBundle } from './remote-engine-bundle.ts';
import { parseState, placesOf, planInstall, stateScript, unitText, type Places, type Scope } from './remote-engine-plan.ts';
import type { SshConnection } from './ssh/connection.ts';
import { findEngine } from './ssh/engine-route.ts';
import { ConnectionProblem, sample } from './ssh/problem.ts';

export interface EngineInstallOptions { connection: SshConnection; bundles: BundleSource; scope: Scope; signal: AbortSignal | undefined; readySeconds?: number }

const READY_SECONDS = 30;
const READY_PAUSE_MS = 300;
const LOG_CHARACTERS = 600;
const PROGRESS_MS = 200;

/** What would be done. Changes nothing on the machine. @throws NotImplemented for machines this installation has no engine for */
export async function installPlan(options: EngineInstallOptions): Promise<InstallPlan> {
  return (await look(options)).plan;
}

/** Install or upgrade, and start. The last progress has `done` and the engine's socket. @throws Unavailable with the reason when something stands in the way */
export async function* installEngine(options: EngineInstallOptions): AsyncGenerator<RemoteProgress & { socketPath?: string }> {
  const { connection, signal } = options;
  yield { phase: 'look', detail: '' };
  const { plan, places, bundle } = await look(options);
  if (plan.obstacles.length > 0) throw new Unavailable(plan.obstacles.map(installSentence).join('; '));
  if (plan.missing.length > 0) throw new Unavailable(`programs are missing there: ${plan.missing.join(', ')}${plan.command ? `; run: ${plan.command}` : ''}`);
  const sudo = places.privileged;
  const target = `${places.folder}/bundles/${bundle.digest.slice(0, 16)}`;

  if (!await succeeds(connection, `test -f ${shellQuote(`${target}/VERSION`)}`, signal)) {
    const archive = `${places.folder}/bundles/${bundle.digest.slice(0, 16)}.tgz`;
    yield* upload(connection, bundle, archive, places, signal);
    yield { phase: 'unpack', detail: target };
    await must(connection, `
set -e
trap 'cd /; ${sudo}rm -rf "$archive" "$part"' EXIT
archive=${shellQuote(archive)}
part=${shellQuote(`${target}.part`)}
[ "$(${sudo}sha256sum "$archive" | cut -c1-64)" = ${bundle.digest} ] || { echo "the bundle arrived damaged" >&2; exit 1; }
${sudo}rm -rf "$part"
${sudo}mkdir -p "$part"
${sudo}tar -xzf "$archive" -C "$part"
cd "$part"
${sudo}ln -sfn "$(ls node_modules | grep '^node-linux-')" node_modules/node-linux
echo ${shellQuote(bundle.version)} | ${sudo}tee VERSION >/dev/null
node_modules/node-linux/bin/node --version >/dev/null
${sudo}rm -rf ${shellQuote(target)}
${sudo}mv "$part" ${shellQuote(target)}
`, places, signal);
  }

  yield { phase: 'service', detail: places.unit };
  const before = (await connection.run('sh -s', { input: `readlink ${shellQuote(`${places.folder}/current`)}\n`, signal })).stdout.toString('utf8').trim();
  await must(connection, `
set -e
${sudo}mkdir -p ${shellQuote(places.unit.replace(/\/[^/]*$/, ''))}
${switchScript(places, target)}
${sudo}tee ${shellQuote(places.unit)} >/dev/null <<'UNIT'
${unitText(options.scope, places, bundle.entry)}UNIT
${sudo}${places.systemctl} daemon-reload
${sudo}${places.systemctl} enable gantry >/dev/null 2>&1
${sudo}${places.systemctl} restart gantry
${options.scope === 'user' ? 'loginctl enable-linger 2>/dev/null || true' : ''}
`, places, signal);

  yield { phase: 'start', detail: places.socketPath };
  const failure = await waitUntilReady(connection, places, options.readySeconds ?? READY_SECONDS, signal);
  if (failure !== undefined) {
    if (before === '' || before === target) throw new Unavailable(`the engine does not start: ${failure}`);
    // The version that ran before is still there: better an old engine than none.
    await must(connection, `set -e\n${switchScript(places, before)}\n${sudo}${places.systemctl} restart gantry\n${sudo}rm -rf ${shellQuote(target)}\n`, places, signal);
    const still = await waitUntilReady(connection, places, READY_SECONDS, signal);
    if (still !== undefined) throw new Unavailable(`the new version does not start, nor does the one before any more: ${failure}; ${still}`);
    throw new Unavailable(`the new version does not start, so the one before runs again: ${failure}`);
  }
  yield { phase: 'clean', detail: '' };
  await must(connection, `cd ${shellQuote(`${places.folder}/bundles`)} && for old in *; do [ "$old" = ${shellQuote(bundle.digest.slice(0, 16))} ] || ${sudo}rm -rf -- "$old"; done`, places, signal);
  yield { phase: 'done', detail: bundle.version, done: true, socketPath: places.socketPath };
}

/** Points `current` at a bundle with one rename. */
function switchScript({ folder, privileged }: Places, bundle: string): string {
  return `${privileged}ln -sfn ${shellQuote(bundle)} ${shellQuote(`${folder}/current.new`)} && ${privileged}mv -T ${shellQuote(`${folder}/current.new`)} ${shellQuote(`${folder}/current`)}`;
}

/** Undefined once the engine answers; else what its log says. A socket file alone proves nothing: it may be the old one's. */
async function waitUntilReady(connection: SshConnection, places: Places, seconds: number, signal: AbortSignal | undefined): Promise<string | undefined> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      await findEngine(connection, { socketPath: places.socketPath, signal });
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ConnectionProblem) || error.code === 'connection-lost') throw error;
      // It runs, for others: connecting says so, with what to do.
      if (error.code === 'socket-permission') return undefined;
      last = error.message;
    }
    const { stdout } = await connection.run('sh -s', { input: `${places.systemctl} is-active gantry\n`, signal });
    const state = stdout.toString('utf8').trim();
    // Restart=on-failure turns a crash into `activating`: the deadline tells it from a slow start.
    if (state === 'failed' || Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS));
  }
  // Of the unit's own processes: the manager's remarks about the unit would push their words out.
  const { stdout } = await connection.run('sh -s', { input: `${places.privileged}${places.journal} -n 8 --no-pager -o cat 2>&1\n`, signal });
  return sample(stdout.toString('utf8').slice(-LOG_CHARACTERS) || last, LOG_CHARACTERS);
}

interface Look { plan: InstallPlan; places: Places; bundle: EngineBundle }

async function look({ connection, bundles, scope, signal }: EngineInstallOptions): Promise<Look> {
  const facts = await discover(connection, { signal });
  const bundle = await makeEngineBundle(bundles, facts.machine);
  const state = parseState((await connection.run('sh -s', { input: stateScript(scope), signal })).stdout.toString('utf8'));
  return { plan: planInstall(scope, facts, state, bundle), places: placesOf(scope, facts, state.runFolder), bundle };
}

/** Through `tee` in a shell: it needs no SFTP server, and the channel's window is the flow control. */
async function* upload(connection: SshConnection, bundle: EngineBundle, archive: string, places: Places, signal: AbortSignal | undefined): AsyncGenerator<RemoteProgress> {
  const sudo = places.privileged;
  await must(connection, `${sudo}mkdir -p ${shellQuote(`${places.folder}/bundles`)}`, places, signal);
  // Where it will be unpacked: /tmp may be small, or memory. `exec sh` because the login shell may be no POSIX one.
  const script = shellQuote(`${sudo}tee ${shellQuote(archive)} >/dev/null || { ${sudo}rm -f ${shellQuote(archive)}; exit 1; }`);
  const { stream, stderr, exited } = await connection.start(`exec env LC_ALL=C sh -c ${script}`, { signal });
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
      throw /no space left|disk quota exceeded/i.test(said) ? new ConnectionProblem('disk-full', { host: connection.target.name, path: places.folder }) : new Unavailable(`the engine could not be sent: ${sample(said)}`);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
  }
}
