// Which host ports are in use and by whom, from /proc (proc_net(5)). The tables are those of the reader's network namespace.
import { readFile, readdir, readlink } from 'node:fs/promises';
import { formatAddress } from './addresses.ts';
import type { Protocol } from './published-ports.ts';

export interface HostSocket { protocol: Protocol; hostIp: string; hostPort: number; inode: string }

/** Sockets that occupy a port: listening TCP, bound UDP, SCTP endpoints. */
export async function hostSockets(protocols: ReadonlySet<Protocol>): Promise<HostSocket[]> {
  const read = async (name: string, parse: (text: string) => HostSocket[]) => parse(await readFile(`/proc/net/${name}`, 'utf8').catch(() => '')); // a kernel without that protocol
  const found = await Promise.all([
    ...(protocols.has('tcp') ? ['tcp', 'tcp6'].map((name) => read(name, (text) => parseSockets(text, 'tcp'))) : []),
    ...(protocols.has('udp') ? ['udp', 'udp6'].map((name) => read(name, (text) => parseSockets(text, 'udp'))) : []),
    ...(protocols.has('sctp') ? [read('sctp/eps', parseSctp)] : []),
  ]);
  return found.flat();
}

const TCP_LISTEN = '0A';

/** /proc/net/{tcp,udp}{,6}: address in host byte order per 32-bit word, hexadecimal. */
export function parseSockets(text: string, protocol: 'tcp' | 'udp'): HostSocket[] {
  return text.split('\n').slice(1).flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    if (port === '' || (protocol === 'tcp' && state !== TCP_LISTEN)) return [];
    return [{ protocol, hostIp: readAddress(address), hostPort: Number.parseInt(port, 16), inode }];
  });
}

function parseSctp(text: string): HostSocket[] {
  return text.split('\n').slice(1).flatMap((line) => {
    const [, , , , , port = '', , inode = '', ...addresses] = line.trim().split(/\s+/);
    return port === '' ? [] : addresses.map((hostIp): HostSocket => ({ protocol: 'sctp', hostIp, hostPort: Number(port), inode }));
  });
}

function readAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(`0x${word.match(/../g)?.toReversed().join('') ?? '0'}`), 0n);
  return formatAddress({ family: words.length === 1 ? 4 : 6, value });
}

/** `nginx (pid 12)` for the process that has the socket; undefined when it cannot be seen. */
export async function processOf(inode: string): Promise<string | undefined> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []); // ended, or not ours to see
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''); // closed meanwhile
      if (target === `socket:[${inode}]`) return `${(await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

/** The machine's range for ports nobody chose (ip_local_port_range). */
export async function ephemeralRange(): Promise<readonly [number, number]> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const [first = 32768, last = 60999] = text.trim().split(/\s+/).filter(Boolean).map(Number);
  return [first, last];
}

/** Any IPv6 address in this network namespace, the loopback's included. */
export async function hasIpv6Addresses(): Promise<boolean> {
  return (await readFile('/proc/net/if_inet6', 'utf8').catch(() => '')) !== ''; // no file: a kernel without IPv6
}
