// Takes Gantry's engine away from a remote machine. Its containers outlive it by design (KillMode=process), so with the data
// they are removed first, by the engine itself, which knows best what belongs to it; what a broken engine cannot remove any
// more is swept up by hand.

import type { RemoteProgress } from '../contract/remote.ts';
import { createDockerClient } from '../docker/client.ts';
import { discover, shellQuote } from './discover.ts';
import { must } from './remote-commands.ts';
import { parseState, placesOf, stateScript, type Places, type Scope } from './remote-engine-plan.ts';
import type { SshConnection } from './ssh/connection.ts';
import { findEngine } from './ssh/engine-route.ts';

export interface UninstallOptions { connection: SshConnection; scope: Scope; signal: AbortSignal | undefined; deleteData: boolean }

/** Networks every engine has; they go with it. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

/** Stop and remove; with `deleteData` its images, volumes and containers too. Removing twice is harmless. */
export async function* uninstallEngine({ connection, scope, signal, deleteData }: UninstallOptions): AsyncGenerator<RemoteProgress> {
  const facts = await discover(connection, { signal });
  const state = parseState((await connection.run('sh -s', { input: stateScript(scope), signal })).stdout.toString('utf8'));
  const places = placesOf(scope, facts, state.runFolder);
  const sudo = places.privileged;
  if (deleteData) yield* removeContainers(connection, places, signal);
  yield { phase: 'stop', detail: places.unit };
  await must(connection, `
${sudo}${places.systemctl} disable gantry >/dev/null 2>&1
${sudo}${places.systemctl} stop gantry >/dev/null 2>&1
${deleteData ? sweepScript(scope, places) : ''}
${sudo}rm -f ${shellQuote(places.unit)}
${sudo}${places.systemctl} daemon-reload
true
`, places, signal);
  yield { phase: 'remove', detail: places.folder };
  // Rootless data belongs to subordinate ids: only inside the user's namespace may it be deleted.
  const remove = scope === 'user' ? 'rootlesskit rm -rf' : `${sudo}rm -rf`;
  await must(connection, `set -e\n${sudo}rm -rf ${shellQuote(places.folder)}\n${deleteData ? `[ ! -e ${shellQuote(places.dataRoot)} ] || ${remove} ${shellQuote(places.dataRoot)}` : ''}\n`, places, signal);
  yield { phase: 'done', detail: '', done: true };
}

/** Containers and networks of an engine that answers; one that does not is left to the sweep. */
async function* removeContainers(connection: SshConnection, places: Places, signal: AbortSignal | undefined): AsyncGenerator<RemoteProgress> {
  const route = await findEngine(connection, { socketPath: places.socketPath, signal }).catch(() => {
    signal?.throwIfAborted();
    return undefined; // it is not running, or not for this user to talk to
  });
  if (!route) return;
  await using client = createDockerClient((call) => route.dial(call));
  for (const { Id, Names } of await client.json<{ Id: string; Names: string[] }[]>('GET', '/containers/json', { query: { all: true }, signal })) {
    yield { phase: 'containers', detail: Names[0]?.slice(1) ?? Id.slice(0, 12) };
    await client.json('DELETE', `/containers/${Id}`, { query: { force: true, v: true }, signal });
  }
  for (const { Id, Name } of await client.json<{ Id: string; Name: string }[]>('GET', '/networks', { signal })) {
    if (!BUILT_IN.has(Name)) await client.json('DELETE', `/networks/${Id}`, { signal });
  }
}

/** Processes, mounts, the bridge and the firewall table that a container or a crash left. Each line may find nothing. */
function sweepScript(scope: Scope, { systemctl, privileged: sudo, socketPath }: Places): string {
  const run = socketPath.replace(/\/[^/]*$/, '');
  const kill = `${sudo}${systemctl} kill --kill-who=all -s KILL gantry >/dev/null 2>&1
for scope in $(${systemctl} list-units --plain --no-legend 'gantry-*.scope' | awk '{print $1}'); do ${sudo}${systemctl} kill -s KILL "$scope"; done
${sudo}pkill -KILL -f ${shellQuote(`conmon .*--exit-dir ${run}/`)}`;
  // A user's mounts and network live in the namespaces of the processes that were just killed.
  if (scope === 'user') return `${kill}\nrm -rf ${shellQuote(run)}`;
  return `${kill}
for place in $(awk '{print $2}' /proc/mounts | grep '^${run}/' | sort -r); do ${sudo}umount -l "$place"; done
${sudo}ip link delete gantry0 2>/dev/null
${sudo}nft delete table inet gantry 2>/dev/null
${sudo}rm -rf ${shellQuote(run)}`;
}
