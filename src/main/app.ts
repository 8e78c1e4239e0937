// Composition root of main: wires settings, hosts and the contract together; the two shells (browser.ts, electron.ts) only carry it.
import { join } from 'node:path';
import { createBuilds } from './builds/builds.ts';
import type { AppInfo } from './contract/settings.ts';
import type { Connectors } from './hosts/connector.ts';
import { createHosts, type HostRecord, type Hosts } from './hosts/hosts.ts';
import { localConnector, type LocalEngine } from './hosts/local.ts';
import { createRemote } from './hosts/ssh-remote.ts';
import { tlsConnector } from './hosts/tls.ts';
import { socketConnector } from './hosts/unix.ts';
import { createExplorer } from './layers/explorer.ts';
import { createLogViews } from './logs/views.ts';
import { openCredentials } from './registries/docker-config.ts';
import { runHelper } from './registries/credential-helper.ts';
import type { RpcContext } from './rpc/context.ts';
import { createTransfers } from './rpc/transfers.ts';
import { openSecrets, type Cipher } from './secrets.ts';
import { openSettings } from './settings.ts';
import { spawnChild } from './processes.ts';
import { createStatsRecorder } from './stats/recorder.ts';
import { createTerminals } from './terminals/sessions.ts';
import { createCatalog } from './volumes/catalog.ts';
import { openSchedules } from './volumes/schedules.ts';

export interface AppOptions {
  shell: AppInfo['shell'];
  version: string;
  profilePath: string;
  /** absent where there is no local engine (macOS, Windows) */
  engine?: LocalEngine;
  cipher?: Cipher;
  env: NodeJS.ProcessEnv;
}

export interface App extends AsyncDisposable {
  context: RpcContext;
  hosts: Hosts;
}

export const LOCAL_HOST = 'local';

export async function openApp(options: AppOptions): Promise<App> {
  const [settings, secrets] = await Promise.all([openSettings(options.profilePath), openSecrets(options.profilePath, options.cipher)]);
  const remote = createRemote({
    secrets,
    env: options.env,
    // `out/main` lies as deep as `src/main`.
    root: join(import.meta.dirname, '../..'),
    cache: join(options.profilePath, 'bundles'),
    spawn: (file, args) => spawnChild(file, args, { stderr: 'pipe' }),
    report: (hostId, state, error) => hosts.report(hostId, state, error),
  });
  const connectors: Connectors = { unix: socketConnector, tcp: tlsConnector, ssh: remote.ssh };
  const local = options.engine && localConnector(options.engine);
  if (local) connectors.local = local;
  const hosts: Hosts = createHosts(withLocal(settings.hosts(), options.engine !== undefined), connectors, (records) => settings.saveHosts(records));
  const terminals = createTerminals();
  const stats = createStatsRecorder(join(options.profilePath, 'stats'), (hostId, signal) => hosts.client(hostId, { signal }), () => hosts.list().filter(({ state }) => state === 'live').map(({ id }) => id));
  const threadFile = import.meta.url.endsWith('.ts') ? './layers/explorer-thread.ts' : './explorer-thread.js'; // packaged, the bundler has made a script of it
  const explorer = createExplorer(join(options.profilePath, 'layers'), new URL(threadFile, import.meta.url));
  const backups = createCatalog(join(options.profilePath, 'volume-backups'));
  const schedules = await openSchedules(join(options.profilePath, 'volume-schedules.json'), backups, (hostId, signal) => hosts.client(hostId, { signal }));
  const context: RpcContext = {
    backups,
    schedules,
    explorer,
    hosts,
    remote,
    settings,
    secrets,
    credentials: openCredentials(join(options.env['DOCKER_CONFIG'] ?? join(options.env['HOME'] ?? '/root', '.docker'), 'config.json'), runHelper),
    transfers: createTransfers(),
    builds: createBuilds(join(options.profilePath, 'build-sources.json')),
    logViews: createLogViews(),
    stats,
    terminals,
    client: (hostId, signal) => hosts.client(hostId, { signal }),
    app: {
      version: options.version,
      shell: options.shell,
      platform: process.platform,
      profilePath: options.profilePath,
      ...(options.engine ? { engineSocket: options.engine.socketPath } : {}),
    },
  };
  return {
    context,
    hosts,
    async [Symbol.asyncDispose]() {
      if (local && !settings.preferences().keepEngine && !(await hasRunning(hosts))) local.stopStarted();
      await Promise.allSettled([schedules[Symbol.asyncDispose](), terminals[Symbol.asyncDispose](), stats[Symbol.asyncDispose](), explorer[Symbol.asyncDispose]()]);
      await hosts[Symbol.asyncDispose]();
    },
  };
}

/** An engine that does not answer is left alone, as one with running containers is. */
async function hasRunning(hosts: Hosts): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2000);
    const client = await hosts.client(LOCAL_HOST, { signal });
    return (await client.json<unknown[]>('GET', '/containers/json', { signal })).length > 0;
  } catch {
    return true; // not known: keep it
  }
}

function withLocal(records: HostRecord[], hasEngine: boolean): HostRecord[] {
  const others = records.filter((record) => record.id !== LOCAL_HOST);
  if (!hasEngine) return others;
  const kept = records.find((record) => record.id === LOCAL_HOST);
  return [kept ?? { id: LOCAL_HOST, config: { kind: 'local', name: 'Local', colour: 'blue' } }, ...others];
}
