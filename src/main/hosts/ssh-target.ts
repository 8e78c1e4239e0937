// From a name, an `ssh://` address or a form to everything a connection needs to know.
// Defaults are those of ssh_config(5) in OpenSSH 9; tokens (%h %p %r %u %d %n %L %i %%) are expanded where it says so.

import { join } from 'node:path';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import { readSshConfig, type ConfigOrigin, type ConfigQuery } from './ssh-config.ts';

export interface SshTarget {
  /** What the user typed or picked; also the name for HostKeyAlias-less records when HostName differs. */
  name: string;
  hostName: string;
  port: number;
  user: string;
  identityFiles: string[];
  /** Whether identityFiles come from the user rather than from the defaults. */
  identityFilesChosen: boolean;
  /** Beside `NAME-cert.pub` of each identity. */
  certificateFiles: string[];
  identitiesOnly: boolean;
  /** Agent socket, or undefined for none. */
  agentSocket: string | undefined;
  /** Hops, nearest first; each `[user@]host[:port]` or an `ssh://` address. */
  proxyJump: string[];
  proxyCommand: string | undefined;
  serverAliveIntervalMs: number;
  serverAliveCountMax: number;
  connectTimeoutMs: number;
  strictHostKeyChecking: 'ask' | 'yes' | 'no' | 'accept-new';
  /** The first one is written to. */
  knownHostsFiles: string[];
  hostKeyAlias: string | undefined;
  hashKnownHosts: boolean;
  passwordAllowed: boolean;
  notes: string[];
}

export interface SshAddress {
  name: string;
  user?: string;
  port?: number;
  /** Engine socket, from the path of an `ssh://` address. */
  socketPath?: string;
}

const DEFAULT_IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
/** Detects a dead connection in about 40 s where the user's configuration does not say. */
const ALIVE_INTERVAL_S = 10;

/**
 * Read `ssh://user@host:port/path`, `user@host:port` or a bare name.
 * @throws InvalidParameter for anything else, and for a password in the address: it would end up in settings
 */
export function parseSshAddress(text: string): SshAddress {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed);
  if (scheme && scheme[1]!.toLowerCase() !== 'ssh') throw new InvalidParameter(`not an ssh address: ${trimmed}`);
  const rest = scheme ? trimmed.slice(scheme[0].length) : trimmed;
  const match = /^(?:(?<user>[^@/]*)@)?(?<host>\[[0-9a-f:.%a-z]+\]|[^/:@\s]+|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(?::(?<port>\d+))?(?<path>\/\S*)?$/i.exec(rest);
  const { user, host, port, path } = match?.groups ?? {};
  if (!host || host.startsWith('-') || user?.startsWith('-') || user === '') throw new InvalidParameter(`not an ssh address: ${trimmed}`);
  if (user?.includes(':')) throw new InvalidParameter('an ssh address must not hold a password; it is asked for when needed');
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) throw new InvalidParameter(`not a port: ${port}`);
  return {
    name: host.replace(/^\[|\]$/g, ''),
    ...(user === undefined ? {} : { user: decodeURIComponent(user) }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(path === undefined || path === '/' ? {} : { socketPath: decodeURIComponent(path) }),
  };
}

/** Everything about one host, as OpenSSH would resolve it. */
export async function resolveSshTarget(query: ConfigQuery, origin: ConfigOrigin): Promise<SshTarget> {
  const { options, notes } = await readSshConfig(query, origin);
  const first = (name: string): string | undefined => options.get(name)?.[0];
  const hostName = (first('hostname') ?? query.name).replaceAll('%h', query.name).replaceAll('%%', '%');
  const port = Number(first('port') ?? 22);
  const user = first('user') ?? origin.user;
  const tokens: Record<string, string> = {
    h: hostName, p: String(port), r: user, n: query.name, u: origin.user, d: origin.home, L: origin.localHost.split('.')[0]!, l: origin.localHost, '%': '%',
  };
  const path = (value: string): string => expandTokens(value, tokens)
    .replace(/^~(?=\/|$)/, origin.home).replace(/\$\{(\w+)\}/g, (_, name: string) => origin.env[name] ?? '');
  const seconds = (name: string, fallback: number): number => {
    const value = first(name);
    return value === undefined || !/^\d+$/.test(value) ? fallback : Number(value);
  };
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InvalidParameter(`port of ${query.name} is not a number: ${first('port')}`);
  const chosen = (options.get('identityfile') ?? []).filter((file) => file.toLowerCase() !== 'none');
  const proxyJump = first('proxyjump');
  const proxyCommand = first('proxycommand');
  const jumps = proxyJump === undefined || proxyJump.toLowerCase() === 'none' ? [] : proxyJump.split(',').map((hop) => hop.trim()).filter(Boolean);
  return {
    name: query.name,
    hostName,
    port,
    user,
    identityFiles: (chosen.length > 0 ? chosen : DEFAULT_IDENTITIES.map((file) => join(origin.home, '.ssh', file))).map(path),
    identityFilesChosen: chosen.length > 0,
    certificateFiles: (options.get('certificatefile') ?? []).filter((file) => file.toLowerCase() !== 'none').map(path),
    identitiesOnly: isYes(first('identitiesonly')),
    agentSocket: agentSocket(first('identityagent'), path, origin),
    proxyJump: jumps,
    // Whichever stands first wins in OpenSSH; a map cannot tell, and both set for one host is a mistake: the jump is safer.
    proxyCommand: jumps.length > 0 || proxyCommand === undefined || proxyCommand.toLowerCase() === 'none' ? undefined : expandTokens(proxyCommand, tokens),
    serverAliveIntervalMs: (seconds('serveraliveinterval', ALIVE_INTERVAL_S) || ALIVE_INTERVAL_S) * 1000,
    serverAliveCountMax: seconds('serveralivecountmax', 3),
    connectTimeoutMs: seconds('connecttimeout', 10) * 1000,
    strictHostKeyChecking: strictness(first('stricthostkeychecking')),
    knownHostsFiles: (first('userknownhostsfile') ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2').split(/\s+/).filter((file) => file.toLowerCase() !== 'none').map(path)
      .concat((first('globalknownhostsfile') ?? '/etc/ssh/ssh_known_hosts').split(/\s+/)),
    hostKeyAlias: first('hostkeyalias'),
    hashKnownHosts: isYes(first('hashknownhosts')),
    passwordAllowed: first('passwordauthentication')?.toLowerCase() !== 'no',
    notes,
  };
}

function isYes(value: string | undefined): boolean {
  return value?.toLowerCase() === 'yes' || value?.toLowerCase() === 'true';
}

function strictness(value: string | undefined): SshTarget['strictHostKeyChecking'] {
  switch (value?.toLowerCase()) {
    case 'yes': case 'true': return 'yes';
    case 'accept-new': return 'accept-new';
    case 'no': case 'off': case 'false': return 'no';
    default: return 'ask';
  }
}

function agentSocket(value: string | undefined, path: (value: string) => string, origin: ConfigOrigin): string | undefined {
  if (value?.toLowerCase() === 'none') return undefined;
  if (value === undefined || value === 'SSH_AUTH_SOCK') return origin.env['SSH_AUTH_SOCK'] || undefined;
  return value.startsWith('$') && !value.startsWith('${') ? origin.env[value.slice(1)] || undefined : path(value);
}

function expandTokens(value: string, tokens: Record<string, string>): string {
  return value.replace(/%([A-Za-z%])/g, (whole, letter: string) => tokens[letter] ?? whole);
}
