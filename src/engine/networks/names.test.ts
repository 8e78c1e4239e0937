import { describe, expect, test } from 'vitest';
import { encodeName, readQuestion, TYPE } from './dns-wire.ts';
import { answerLocally, rotate } from './names.ts';
import type { NetworkRecord, Sandbox } from './record.ts';

const ask = (name: string, type: number = TYPE.A) =>
  readQuestion(Buffer.concat([Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), encodeName(name), Buffer.from([0, type, 0, 1])]))!;
const sandbox = (containerName: string, networkId: string, ipv4: string, names: string[], ipv6: string | null = null): Sandbox =>
  ({ containerId: containerName, containerName, netns: 'x', sharedWith: null, ports: [], exposed: [], resolvers: [], endpoints: [{ networkId, endpointId: 'e', device: 'eth0', hostDevice: 'v', mac: '', ipv4, ipv6, gateway4: null, gateway6: null, names }] });
const sandboxes = [
  sandbox('web', 'shop', '10.0.0.2/24', ['web', 'front'], 'fd00::2/64'),
  sandbox('web2', 'shop', '10.0.0.3/24', ['web2', 'front']),
  sandbox('db', 'other', '10.0.1.2/24', ['db']),
  sandbox('plain', 'default', '172.17.0.2/16', []),
];
const world = { sandboxes, recordOf: (id: string) => ({ id, name: id === 'default' ? 'bridge' : id }) as NetworkRecord };
const from = (index: number) => (name: string, type?: number) => answerLocally(ask(name, type), sandboxes[index]!, world);

describe('a container on a user-defined network', () => {
  const lookup = from(1);
  test('finds its neighbours by name, in any case, with and without the network', () => {
    for (const name of ['web', 'WEB', 'web.shop']) expect(lookup(name)).toEqual([{ type: TYPE.A, data: Buffer.from([10, 0, 0, 2]) }]);
  });
  test('gets every owner of a shared alias', () => expect(lookup('front')).toHaveLength(2));
  test('gets IPv6 addresses as AAAA, and nothing where there is none', () => {
    expect(lookup('web', TYPE.AAAA)?.[0]?.data).toHaveLength(16);
    expect(lookup('web2', TYPE.AAAA)).toEqual([]);
  });
  test('finds names of addresses', () => {
    expect(lookup('2.0.0.10.in-addr.arpa', TYPE.PTR)).toEqual([{ type: TYPE.PTR, data: 'web.shop' }]);
    expect(lookup('9.0.0.10.in-addr.arpa', TYPE.PTR)).toBeUndefined();
  });
  test('does not see other networks', () => {
    expect(lookup('db')).toBeUndefined();
    expect(lookup('example.com')).toBeUndefined();
  });
});

test('rotation keeps all and changes the first', () => {
  expect([0, 1, 2].map((turn) => rotate(['a', 'b', 'c'], turn).join(''))).toEqual(['abc', 'bca', 'cab']);
});

test('a link gives another container a name that only its holder knows', () => {
  const linked = { ...sandboxes[1]!, endpoints: sandboxes[1]!.endpoints.map((endpoint) => ({ ...endpoint, links: { shop: 'web' } })) };
  expect(answerLocally(ask('shop'), linked, world)).toHaveLength(1);
  expect(answerLocally(ask('shop'), sandboxes[1]!, world)).toBeUndefined();
});
