// Hosts of kind `ssh` for the registry: one session per host, its questions, its status.
// What needs a person is not tried again until a person says so: a poll must not hammer a server with refused logins
// (fail2ban), nor bring back a dialog that was just closed.

import type { HostConfig } from '../contract/hosts.ts';
import type { ConfigOrigin } from './ssh-config.ts';
import { resolveSshTarget, type SshTarget } from './ssh-target.ts';
import type { Connection, HostConnector } from './connector.ts';
import { openSession, type HostSession, type SessionOptions, type SessionStatus } from './ssh/session.ts';
import { findEngine } from './ssh/engine-route.ts';
import { openSsh, type OpenOptions } from './ssh/open.ts';
import { ConnectionProblem, needsPerson } from './ssh/problem.ts';
import { layeredSecrets, memorySecrets, type Ask, type SecretStore } from './ssh/questions.ts';
import type { SpawnProxy } from './ssh/route.ts';
import type { SshConnection } from './ssh/connection.ts';

export type SshHostConfig = Extract<HostConfig, { kind: 'ssh' }>;

export interface SshConnectorOptions {
  origin: ConfigOrigin;
  secrets: SecretStore;
  askerOf(hostId: string): Ask;
  spawnProxy: SpawnProxy;
  onStatus(hostId: string, status: SessionStatus): void;
  timing?: SessionOptions['timing'];
}

export interface SshConnector extends HostConnector<'ssh'> {
  /** The standing SSH connection of a host. @throws ConnectionProblem when it is not connected */
  connection(hostId: string, options: { signal?: AbortSignal | undefined }): Promise<SshConnection>;
  readonly origin: ConfigOrigin;
  /** How a host's settings and ~/.ssh/config come together. */
  target(config: SshHostConfig): Promise<SshTarget>;
  /** Options to open a connection outside a session (the doctor). */
  openOptions(hostId: string, signal: AbortSignal): OpenOptions;
}

export function createSshConnector(options: SshConnectorOptions): SshConnector {
  const sessions = new Map<string, HostSession>();
  const refused = new Map<string, { config: string; problem: ConnectionProblem }>();
  const secrets = layeredSecrets(memorySecrets(), options.secrets);
  const resolve: OpenOptions['resolve'] = (query) => resolveSshTarget(query, options.origin);
  const openOptions = (hostId: string, signal: AbortSignal): OpenOptions => ({
    resolve, secrets, signal, spawnProxy: options.spawnProxy, ask: options.askerOf(hostId),
  });

  const target = async (config: SshHostConfig): Promise<SshTarget> => {
    const found = await resolveSshTarget({ name: config.configAlias ?? config.hostname, user: config.user, port: config.port }, options.origin);
    return config.identityFile ? { ...found, identityFiles: [config.identityFile.replace(/^~(?=\/)/, options.origin.home)], identityFilesChosen: true } : found;
  };

  const connect = async (config: SshHostConfig, { hostId, signal, byHand = false }: { hostId: string; signal: AbortSignal; byHand?: boolean }): Promise<Connection> => {
    const text = JSON.stringify(config);
    const last = refused.get(hostId);
    if (!byHand && last?.config === text) throw last.problem;
    refused.delete(hostId);
    try {
      const session = await openSession({
        signal,
        ...(options.timing ? { timing: options.timing } : {}),
        onStatus: (status) => options.onStatus(hostId, status),
        connect: async ({ interactive, signal: attempt }) => {
          const open = openOptions(hostId, attempt);
          const connection = await openSsh(await target(config), interactive ? open : { ...open, ask: undefined });
          try {
            return { connection, route: await findEngine(connection, { socketPath: config.socketPath, signal: attempt }) };
          } catch (error) {
            await connection[Symbol.asyncDispose]();
            throw error;
          }
        },
      });
      sessions.set(hostId, session);
      const { maxStreams, status } = session;
      return {
        dial: (call) => session.dial(call),
        closed: session.closed,
        ...(maxStreams === undefined ? {} : { maxStreams }),
        ...(status.route ? { address: `${address(config)}${status.route.path}` } : {}),
        async [Symbol.asyncDispose]() {
          if (sessions.get(hostId) === session) sessions.delete(hostId);
          await session[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      if (error instanceof ConnectionProblem && needsPerson(error)) refused.set(hostId, { config: text, problem: error });
      throw error;
    }
  };

  return {
    kind: 'ssh',
    origin: options.origin,
    address,
    connect,
    target,
    openOptions,
    async connection(hostId, call) {
      const session = sessions.get(hostId);
      if (!session) throw new ConnectionProblem('connection-lost', { host: hostId, why: 'it is not connected' });
      return session.connection(call);
    },
  };
}

function address({ configAlias, hostname, user, port, socketPath }: SshHostConfig): string {
  const host = configAlias ?? hostname;
  return `ssh://${user ? `${user}@` : ''}${host.includes(':') ? `[${host}]` : host}${port ? `:${port}` : ''}${socketPath ?? ''}`;
}
