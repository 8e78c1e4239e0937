// A real OpenSSH server for one test: own configuration, host keys, users and passwords, on a loopback port.
// Passwords need /etc/shadow: the server runs in a mount namespace of its own with copies bound over the machine's files.

import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync, appendFileSync, copyFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sshd extends AsyncDisposable {
  port: number;
  folder: string;
  /** Public host key, `type base64`. */
  hostKey: string;
  /** Stop the daemon and every session of it, at once. */
  kill(): Promise<void>;
  /** Start again on the same port; `newHostKey` makes another machine of it. */
  start(options?: { newHostKey?: boolean }): Promise<void>;
  log(): string;
}

export interface SshdOptions {
  /** Lines of sshd_config; earlier ones win. */
  config?: string[];
  /** Public keys that may log in as root. */
  authorized?: string[];
  port?: number;
  /** Command put before sshd, such as `ip netns exec NAME`. */
  prefix?: string[];
  listen?: string;
  /** Programs that this machine is not to have. */
  hide?: string[];
}

export const USER = 'gantry-test';
export const PASSWORD = 'correct horse';

/** A free loopback port. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    }).once('error', reject);
  });
}

export function makeKey(folder: string, name: string, options: { type?: string; bits?: number; passphrase?: string; pem?: boolean } = {}): { path: string; publicKey: string } {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', options.type ?? 'ed25519', ...(options.bits ? ['-b', String(options.bits)] : []), ...(options.pem ? ['-m', 'PEM'] : []),
    '-a', '4', '-N', options.passphrase ?? '', '-C', name, '-f', path]);
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() };
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-sshd-'));
  chmodSync(folder, 0o755);
  const port = options.port ?? await freePort();
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, 'authorized_keys'), (options.authorized ?? []).join('\n') + '\n', { mode: 0o644 });
  for (const file of ['passwd', 'shadow', 'group']) copyFileSync(`/etc/${file}`, join(folder, file));
  // A home of its own for root too: this machine's shell start-up files are no part of the test.
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'passwd'), readFileSync(join(folder, 'passwd'), 'utf8').replace(/^root:.*$/m, `root:x:0:0:root:${folder}/home:/bin/sh`));
  const hash = execFileSync('openssl', ['passwd', '-6', PASSWORD], { encoding: 'utf8' }).trim();
  appendFileSync(join(folder, 'passwd'), `${USER}:x:4711:4711::/tmp:/bin/sh\n`);
  appendFileSync(join(folder, 'group'), `${USER}:x:4711:\n`);
  appendFileSync(join(folder, 'shadow'), `${USER}:${hash}:19000:0:99999:7:::\n`);
  const listen = options.listen ?? '127.0.0.1';
  const config = join(folder, 'sshd_config');
  writeFileSync(config, [
    ...options.config ?? [],
    `Port ${port}`, `ListenAddress ${listen}`, `HostKey ${folder}/host_key`, `PidFile ${folder}/pid`,
    `AuthorizedKeysFile ${folder}/authorized_keys`, 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes', 'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp', 'UseDNS no', 'PrintMotd no', 'MaxStartups 100', '',
  ].join('\n'));
  let child: ChildProcess | undefined;
  let log = '';
  const self: Sshd = {
    port, folder, hostKey: '',
    log: () => log,
    async kill() {
      const running = child;
      if (!running) return;
      child = undefined;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      // The first process of a pid namespace takes all sessions with it, as when a machine loses its power.
      running.kill('SIGKILL');
      await gone;
    },
    async start({ newHostKey = false } = {}) {
      if (newHostKey || !self.hostKey) {
        rmSync(join(folder, 'host_key'), { force: true });
        self.hostKey = makeKey(folder, 'host_key').publicKey.split(' ').slice(0, 2).join(' ');
      }
      const hidden = (options.hide ?? []).flatMap((name) => ['/bin', '/usr/bin', '/usr/local/bin'].map((place) => join(place, name))).filter((path) => existsSync(path));
      const binds = [...['passwd', 'shadow', 'group'].map((file) => `mount --bind ${folder}/${file} /etc/${file}`), ...hidden.map((path) => `mount --bind /dev/null ${path}`)].join(' && ');
      const argv = [...options.prefix ?? [], 'unshare', '-m', '-p', '-f', '--kill-child=SIGKILL', 'sh', '-c', `${binds} && exec /usr/sbin/sshd -D -e -f ${config}`];
      child = spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
      child.stderr!.on('data', (chunk: Buffer) => { log += chunk.toString('utf8'); });
      const started = child;
      for (let attempt = 0; !await answers(listen, port); attempt += 1) {
        if (attempt > 200 || started.exitCode !== null) throw new Error(`sshd does not start: ${log}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async [Symbol.asyncDispose]() {
      await self.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    socket.once('data', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
    socket.once('timeout', () => { socket.destroy(); resolve(false); });
  });
}
