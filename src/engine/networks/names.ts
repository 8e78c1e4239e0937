// Who answers to a name, seen from one container: the name server's knowledge. Pure.
// A name is known on the user-defined networks that the asker is on; `web` and `web.shop` (network shop) both work.
import { parseAddress } from './addresses.ts';
import { reverseAddress, TYPE, type Answer, type Question } from './dns-wire.ts';
import { bareAddress, isUserDefined, type NetworkRecord, type Sandbox } from './record.ts';

export interface NamesWorld {
  sandboxes: Iterable<Sandbox>;
  recordOf(networkId: string): NetworkRecord | undefined;
}

/** Answers from the networks of `asker`; undefined when the name is not ours and the outside should be asked. */
export function answerLocally(question: Question, asker: Sandbox, world: NamesWorld): Answer[] | undefined {
  const peers = peersOf(asker, world);
  if (question.type === TYPE.PTR) {
    const wanted = reverseAddress(question.name);
    const found = wanted && peers.find(({ addresses }) => addresses.some((address) => address.family === wanted.family && address.value === wanted.value));
    return found && [{ type: TYPE.PTR, data: `${found.name}.${found.network}` }];
  }
  const linked = asker.endpoints.map(({ links }) => links?.[question.name]).find((name) => name !== undefined);
  const matching = peers.filter(({ name, names, network }) => (linked !== undefined && (linked === name || names.includes(linked))) || names.some((known) => known === question.name || `${known}.${network}` === question.name));
  if (matching.length === 0) return undefined;
  const unique = new Map(matching.flatMap(({ addresses }) => addresses).map((address) => [`${address.family}/${address.value}`, address]));
  return [...unique.values()]
    .map(({ family, value }) => ({ type: family === 4 ? TYPE.A : TYPE.AAAA, data: toBytes(value, family === 4 ? 4 : 16) }))
    .filter(({ type }) => question.type === TYPE.ANY || question.type === type);
}

/** Begins the list at another place each time, so that clients spread over shared aliases. */
export function rotate<T>(list: readonly T[], turn: number): T[] {
  if (list.length < 2) return [...list];
  const at = turn % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function peersOf(asker: Sandbox, { sandboxes, recordOf }: NamesWorld) {
  const networks = new Map(asker.endpoints.flatMap(({ networkId }) => {
    const record = recordOf(networkId);
    return record && isUserDefined(record) ? [[networkId, record.name.toLowerCase()] as const] : [];
  }));
  return [...sandboxes].flatMap((sandbox) => sandbox.endpoints.flatMap((endpoint) => {
    const network = networks.get(endpoint.networkId);
    if (network === undefined) return [];
    const addresses = [endpoint.ipv4, endpoint.ipv6].filter((text) => text !== null).map((text) => parseAddress(bareAddress(text)));
    return [{ name: sandbox.containerName, network, names: endpoint.names.map((name) => name.toLowerCase()), addresses }];
  }));
}

function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}
