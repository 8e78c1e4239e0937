// Which container engines a remote machine has, seen through one command over SSH.
// The script is POSIX sh, sent on stdin to `sh -s`, so that the user's login shell (fish, csh) never parses it.

import type { SshConnection } from './ssh/connection.ts';

export type EngineKind = 'docker' | 'podman' | 'gantry';

export interface FoundSocket {
  engine: EngineKind;
  rootless: boolean;
  path: string;
  state: 'usable' | 'denied' | 'missing';
  /** `user:group mode` where it could be seen. */
  owner: string;
  /** Seen in /proc/net/unix; a socket bound in another network namespace (rootless engines) is not. */
  listening: boolean;
}

export interface RemoteFacts {
  user: string;
  uid: number;
  groups: string[];
  home: string;
  system: string;
  machine: string;
  /** Path by name of docker, podman, socat, … where found. */
  tools: Map<string, string>;
  sockets: FoundSocket[];
}

const TOOLS = ['docker', 'podman', 'socat', 'systemctl', 'crun', 'runc', 'conmon', 'nft', 'rootlesskit', 'slirp4netns', 'newuidmap', 'iptables', 'apt-get', 'dnf', 'apk', 'zypper', 'pacman', 'sudo'];

/** The order is the order of preference when several could be used. */
const SOCKETS: [engine: EngineKind, rootless: boolean, path: string][] = [
  ['docker', false, '/var/run/docker.sock'],
  ['docker', true, '$run/docker.sock'],
  ['gantry', false, '/run/gantry/gantry.sock'],
  ['gantry', true, '$run/gantry/gantry.sock'],
  ['podman', false, '/run/podman/podman.sock'],
  ['podman', true, '$run/podman/podman.sock'],
];

/** The script; `extra` is a socket the user named, reported like the others. */
export function discoverScript(extra?: string): string {
  return `
echo "user $(id -u) $(id -un 2>/dev/null)"
echo "groups $(id -Gn 2>/dev/null)"
echo "home $HOME"
echo "system $(uname -s) $(uname -m)"
run="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:$HOME/bin:$HOME/.local/bin"
for tool in ${TOOLS.join(' ')}; do
  path=$(command -v "$tool" 2>/dev/null) && echo "tool $tool $path"
done
look() {
  owner=$(stat -L -c '%U:%G_%a' "$3" 2>/dev/null || echo -)
  if [ -S "$3" ]; then
    if [ -r "$3" ] && [ -w "$3" ]; then state=usable; else state=denied; fi
  else
    state=missing
    dir=\${3%/*}
    if [ -d "$dir" ] && [ ! -x "$dir" ]; then state=denied; owner=$(stat -c '%U:%G_%a' "$dir" 2>/dev/null || echo -); fi
  fi
  listening=quiet
  real=$(readlink -f "$3" 2>/dev/null)
  while read -r _ _ _ _ _ _ _ path; do
    if [ -n "$path" ] && { [ "$path" = "$3" ] || [ "$path" = "$real" ]; }; then listening=listening; fi
  done 2>/dev/null < /proc/net/unix
  echo "socket $1 $2 $state $listening $owner $3"
}
${SOCKETS.map(([engine, rootless, path]) => `look ${engine} ${rootless ? 'rootless' : 'rootful'} "${path}"`).join('\n')}
${extra === undefined ? '' : `look named rootful ${shellQuote(extra)}`}
echo end
`;
}

/** Read the script's output. Unknown lines (a chatty profile) are skipped. */
export function parseFacts(output: string): RemoteFacts {
  const facts: RemoteFacts = { user: '', uid: -1, groups: [], home: '', system: '', machine: '', tools: new Map(), sockets: [] };
  for (const line of output.split('\n')) {
    const [word, ...rest] = line.split(' ');
    if (word === 'user') [facts.uid, facts.user] = [Number(rest[0]), rest[1] ?? rest[0] ?? ''];
    else if (word === 'groups') facts.groups = rest.filter(Boolean);
    else if (word === 'home') facts.home = rest.join(' ');
    else if (word === 'system') [facts.system, facts.machine] = [rest[0] ?? '', rest[1] ?? ''];
    else if (word === 'tool' && rest[0] && rest[1]) facts.tools.set(rest[0], rest[1]);
    else if (word === 'socket' && rest.length >= 6) {
      const [engine, rootless, state, listening, owner, ...path] = rest as [string, string, FoundSocket['state'], string, string, ...string[]];
      const name = path.join(' ');
      const kind: EngineKind = engine === 'named' ? engineOfPath(name) : engine as EngineKind;
      facts.sockets.push({ engine: kind, rootless: rootless === 'rootless', path: name, state, owner: owner === '-' ? '' : owner.replace('_', ' '), listening: listening === 'listening' });
    }
  }
  return facts;
}

/** Look around on the other side: one command. @throws ConnectionProblem session-refused where commands are forbidden */
export async function discover(connection: SshConnection, options: { socketPath?: string | undefined; signal?: AbortSignal | undefined } = {}): Promise<RemoteFacts> {
  const { stdout } = await connection.run('sh -s', { input: discoverScript(options.socketPath), signal: options.signal });
  return parseFacts(stdout.toString('utf8'));
}

/** How the owner of that machine lets this user in. */
export function grantFix(socket: FoundSocket, user: string): string {
  const group = /:(\S+) /.exec(`${socket.owner} `)?.[1];
  if (socket.engine === 'docker' && (group === undefined || group === 'root' || group === 'docker')) {
    return `add the user to group docker: sudo usermod -aG docker ${user}, then connect again (members of that group are as powerful as root)`;
  }
  if (socket.engine === 'podman') return `use the user's own engine: systemctl --user enable --now podman.socket, and for root's connect as root`;
  if (group && group !== 'root') return `add the user to group ${group}: sudo usermod -aG ${group} ${user}, then connect again`;
  return 'connect as the user that owns the socket';
}

/** How to start what should listen there. */
export function startFix(socket: Pick<FoundSocket, 'engine' | 'rootless'>): string {
  const unit = { docker: 'docker', podman: 'podman.socket', gantry: 'gantry' }[socket.engine];
  return socket.rootless ? `systemctl --user enable --now ${unit}` : `sudo systemctl enable --now ${unit}`;
}

export function engineOfPath(path: string): EngineKind {
  return path.includes('podman') ? 'podman' : path.includes('gantry') ? 'gantry' : 'docker';
}

/** A word for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
