// Decides the host ports of a container against other containers and the machine's own programs.
import { Conflict } from '../wire/errors.ts';
import type { PortTarget } from './firewall.ts';
import { ephemeralRange, hasIpv6Addresses, hostSockets, processOf, type HostSocket } from './host-ports.ts';
import { choosePort, clashes, MAX_HELD_DATAGRAM_PORTS, type PortWish, type Protocol, type PublishedPort } from './published-ports.ts';
import type { Sandbox } from './record.ts';

/** What must be read before the decision, so that the decision itself is one synchronous step. */
export interface PortFacts {
  /** of this machine's programs; those that our listeners will meet are looked for only when one could not be opened: the tables take long to read */
  sockets: HostSocket[];
  anyRange: readonly [number, number];
  /** the machine has IPv6 addresses: published TCP and UDP ports are reachable there too, through the relay where the container has none */
  hasIpv6: boolean;
}

export async function readPortFacts(wishes: readonly PortWish[]): Promise<PortFacts> {
  if (wishes.length === 0) return { sockets: [], anyRange: [1, 1], hasIpv6: false };
  const [sockets, anyRange, hasIpv6] = await Promise.all([socketsOf(wishes, (protocol) => protocol === 'sctp' || (protocol === 'udp' && wishes.length > MAX_HELD_DATAGRAM_PORTS / 2)), ephemeralRange(), hasIpv6Addresses()]);
  return { sockets, anyRange, hasIpv6 };
}

/** The sockets of this machine that are of a protocol that is wished for. */
export const socketsOf = (wishes: readonly PortWish[], isAsked: (protocol: Protocol) => boolean = () => true): Promise<HostSocket[]> =>
  hostSockets(new Set<Protocol>(wishes.map(({ protocol }) => protocol).filter(isAsked)));

let nextStart = 0; // random ports of containers that come one after the other differ

/** @throws PortBusy; `describe` it for the words */
export function choosePorts(wishes: readonly PortWish[], facts: PortFacts, others: Iterable<Sandbox>, target: { ipv4: string | null; ipv6: string | null }): PortTarget[] {
  const published = byPort([...others].flatMap((sandbox) => sandbox.ports.map((port) => ({ port, holder: `container ${sandbox.containerName}` }))));
  const sockets = byPort(facts.sockets.map((port) => ({ port, holder: `${INODE}${port.inode}` })));
  const own = byPort([]);
  const chosen: PortTarget[] = [];
  for (const wish of wishes) {
    const result = choosePort(wish, {
      anyRange: facts.anyRange,
      start: nextStart++,
      withIpv6: target.ipv4 !== null && (target.ipv6 !== null || (facts.hasIpv6 && wish.protocol !== 'sctp')),
      holderOf: (candidate) => published.holderOf(candidate) ?? own.holderOf(candidate) ?? sockets.holderOf(candidate),
    });
    if ('busy' in result) throw new PortBusy(result.busy, result.holder);
    for (const port of result) {
      chosen.push({ ...port, target: (port.hostIp.includes(':') ? target.ipv6 ?? target.ipv4 : target.ipv4 ?? target.ipv6) ?? '' });
      own.add(port, 'this container');
    }
  }
  return chosen;
}

const INODE = 'inode ';

type Place = Omit<PublishedPort, 'port'>;

/** Who holds what, found by protocol and port: ranges have thousands. */
function byPort(all: readonly { port: Place; holder: string }[]) {
  const places = new Map<string, { port: Place; holder: string }[]>();
  const key = ({ protocol, hostPort }: Place) => `${protocol}/${hostPort}`;
  const add = (port: Place, holder: string) => {
    const found = places.get(key(port));
    if (found) found.push({ port, holder });
    else places.set(key(port), [{ port, holder }]);
  };
  for (const { port, holder } of all) add(port, holder);
  return { add, holderOf: (candidate: Place) => places.get(key(candidate))?.find(({ port }) => clashes(port, candidate))?.holder };
}

/** A port that is taken; its message is Docker's, `withHolder` adds who it is. */
export class PortBusy extends Conflict {
  readonly holder: string;
  constructor(port: PublishedPort, holder: string) {
    super(`Bind for ${port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp}:${port.hostPort} failed: port is already allocated`);
    this.holder = holder;
  }
}

/** The same error naming the holder, when he can be known. */
export async function withHolder(error: PortBusy): Promise<Conflict> {
  const holder = error.holder.startsWith(INODE) ? await processOf(error.holder.slice(INODE.length)) ?? 'another program of this machine' : error.holder;
  return new Conflict(`${error.message} (by ${holder})`, { cause: error.cause });
}
