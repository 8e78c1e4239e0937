// Which container port is reachable at which host port, decided from the create body and what is taken. Pure.
// Shapes: HostConfig.PortBindings `{"80/tcp":[{"HostIp":"","HostPort":"8000-8010"}]}`, PublishAllPorts, Config.ExposedPorts (Engine API v1.47).
import { isIP } from 'node:net';
import { InvalidParameter } from '../wire/errors.ts';

/** More UDP ports of one container than these, as media servers publish, are not held by listeners: those would use up our descriptors. */
export const MAX_HELD_DATAGRAM_PORTS = 1000;

export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface ContainerPort { protocol: Protocol; port: number }

/** A wish: `from`..`to` are the host ports to choose from; both 0 mean any. */
export interface PortWish extends ContainerPort { hostIp: string; from: number; to: number }

/** A decision; `hostIp` is 0.0.0.0, :: or one address. */
export interface PublishedPort extends ContainerPort { hostIp: string; hostPort: number }

export interface PortRequest {
  portBindings?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null | undefined;
  publishAll?: boolean | undefined;
  exposed?: Record<string, unknown> | null | undefined;
}

/** `80/tcp`, `80` or `53/udp`. @throws InvalidParameter */
export function parsePort(text: string): ContainerPort {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const port = Number(match?.[1] ?? 0);
  if (!match || port < 1 || port > 65535) throw new InvalidParameter(`invalid port specification: ${JSON.stringify(text)}`);
  return { port, protocol: (match[2] ?? 'tcp').toLowerCase() as Protocol };
}

export const portKey = ({ port, protocol }: ContainerPort): string => `${port}/${protocol}`;

/** @throws InvalidParameter */
export function portWishes(request: PortRequest, defaultHostIp = ''): PortWish[] {
  const wishes: PortWish[] = [];
  for (const [key, bindings] of Object.entries(request.portBindings ?? {})) {
    const container = parsePort(key);
    for (const { HostIp, HostPort } of bindings?.length ? bindings : [{}] as { HostIp?: string; HostPort?: string }[]) {
      const hostIp = (HostIp ?? '') || defaultHostIp;
      if (hostIp !== '' && isIP(hostIp) === 0) throw new InvalidParameter(`invalid IP address in port binding: ${hostIp}`);
      wishes.push({ ...container, hostIp, ...hostRange(HostPort ?? '') });
    }
  }
  if (request.publishAll) {
    for (const key of Object.keys(request.exposed ?? {})) {
      const container = parsePort(key);
      if (!wishes.some((wish) => portKey(wish) === portKey(container))) wishes.push({ ...container, hostIp: defaultHostIp, from: 0, to: 0 });
    }
  }
  return wishes;
}

export interface PortChoice {
  /** who holds it; undefined: free */
  holderOf(port: PublishedPort): string | undefined;
  /** first and last of the ports to choose from when the wish names none */
  anyRange: readonly [number, number];
  /** where to begin in anyRange, so that neighbours in time differ */
  start: number;
  /** with IPv6 a wish without address becomes two: 0.0.0.0 and :: on the same port */
  withIpv6: boolean;
}

/** One wish becomes one or two published ports on one host port, or the holder who is in the way. */
export function choosePort(wish: PortWish, choice: PortChoice): PublishedPort[] | { busy: PublishedPort; holder: string } {
  const [first, last] = wish.from === 0 ? choice.anyRange : [wish.from, wish.to];
  const count = last - first + 1;
  const offset = wish.from === 0 ? choice.start % count : 0;
  const addresses = wish.hostIp === '' ? (choice.withIpv6 ? ['0.0.0.0', '::'] : ['0.0.0.0']) : [wish.hostIp];
  let busy: { busy: PublishedPort; holder: string } | undefined;
  for (let step = 0; step < count; step++) {
    const hostPort = first + ((offset + step) % count);
    const candidates = addresses.map((hostIp): PublishedPort => ({ protocol: wish.protocol, port: wish.port, hostIp, hostPort }));
    const taken = candidates.map((candidate) => ({ busy: candidate, holder: choice.holderOf(candidate) })).find(({ holder }) => holder !== undefined);
    if (!taken) return candidates;
    busy ??= taken as { busy: PublishedPort; holder: string };
  }
  return busy as { busy: PublishedPort; holder: string };
}

/** True when both cannot be bound at once: same protocol and port, and one of the addresses covers the other. */
export function clashes(one: Omit<PublishedPort, 'port'>, other: Omit<PublishedPort, 'port'>): boolean {
  if (one.protocol !== other.protocol || one.hostPort !== other.hostPort) return false;
  if (isIP(one.hostIp) !== isIP(other.hostIp)) return false;
  const isAny = (ip: string) => ip === '0.0.0.0' || ip === '::';
  return one.hostIp === other.hostIp || isAny(one.hostIp) || isAny(other.hostIp);
}

function hostRange(text: string): { from: number; to: number } {
  if (text === '' || text === '0') return { from: 0, to: 0 };
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const from = Number(match?.[1] ?? 0);
  const to = Number(match?.[2] ?? from);
  if (!match || from < 1 || to > 65535 || from > to) throw new InvalidParameter(`invalid port specification: ${JSON.stringify(text)}`);
  return { from, to };
}
