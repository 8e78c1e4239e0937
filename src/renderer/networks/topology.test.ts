import { expect, test } from 'vitest';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { NetworkRow } from '../../main/contract/networks.ts';
import { withMembers } from './network.ts';
import { pathThrough } from './topology-layout.ts';
import { publishedPorts, topologyOf, type NamespacePlace } from './topology.ts';

const host = { id: 'local', name: 'Local' } as HostSummary;
const network = (Name: string, more: Partial<NetworkRow> = {}) => ({ host, key: Name, row: { Id: `${Name}-id`, Name, Driver: 'bridge', Internal: false, IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.1' }] }, ...more } as NetworkRow });
const container = (name: string, networks: Record<string, string>, more: Partial<ContainerRow> = {}) => ({
  host, key: name, row: { Id: name, Names: [`/${name}`], State: 'running', Ports: [], NetworkSettings: { Networks: Object.fromEntries(Object.entries(networks).map(([key, IPAddress]) => [key, { IPAddress }])) }, ...more } as unknown as ContainerRow,
});

test('machine, bridges and containers are joined as packets go', () => {
  const containers = [container('web', { shop: '10.0.0.2', back: '10.1.0.2' }, { Ports: [{ IP: '0.0.0.0', PublicPort: 8080, PrivatePort: 80, Type: 'tcp' }, { IP: '::', PublicPort: 8080, PrivatePort: 80, Type: 'tcp' }] }), container('tool', { host: '' })];
  const { nodes, edges } = topologyOf('Local', withMembers([network('shop'), network('back', { Internal: true }), network('host', { Driver: 'host' })], containers), containers, {
    interfaces: [], namespaces: { web: 'net:[7]' }, endpoints: [{ containerId: 'web', networkId: 'shop-id', device: 'eth1', hostDevice: 'veth1', ipv4: null, ipv6: null }],
  });
  expect(nodes.find(({ id }) => id === 'container web')).toMatchObject({ place: 'own', namespace: 'net:[7]', addresses: [{ network: 'shop', address: '10.0.0.2', device: 'eth1' }, { network: 'back', address: '10.1.0.2', device: '' }] });
  expect(nodes.map(({ id }) => id)).toEqual(['machine', 'network shop-id', 'network back-id', 'container web', 'ports web', 'container tool']);
  expect(nodes.find(({ kind }) => kind === 'ports')).toMatchObject({ ports: ['8080 → 80/tcp'] });
  expect(edges.map(({ kind, from, to, label }) => [kind, from, to, label])).toEqual([
    ['nat', 'machine', 'network shop-id', 'NAT'],
    ['veth', 'network shop-id', 'container web', 'veth1'],
    ['veth', 'network back-id', 'container web', ''],
    ['port', 'machine', 'ports web', ''],
    ['port', 'ports web', 'container web', ''],
    ['shared', 'machine', 'container tool', ''],
  ]);
});

test.each<[string, Record<string, string>, string | undefined, Partial<ContainerRow>, NamespacePlace]>([
  ['of its own', { shop: '10.0.0.2' }, 'shop', {}, 'own'],
  ['with loopback only', { none: '' }, 'none', {}, 'none'],
  ['of the machine', { host: '' }, 'host', {}, 'host'],
  ['of another container', {}, 'container:web', {}, 'shared'],
  ['none while it does not run', { host: '' }, 'host', { State: 'exited' }, 'stopped'],
])('a namespace %s', (_what, networks, NetworkMode, more, place) => {
  const containers = [container('web', { shop: '10.0.0.9' }), container('one', networks, { HostConfig: { NetworkMode: NetworkMode ?? '' }, ...more })];
  const { nodes, edges } = topologyOf('Local', withMembers([network('shop'), network('none'), network('host')], containers), containers);
  expect(nodes.find(({ id }) => id === 'container one')).toMatchObject({ place });
  expect(edges.some(({ from, to, kind }) => from === 'container web' && to === 'container one' && kind === 'shared')).toBe(place === 'shared');
});

test('a port bound to one address says so', () => expect(publishedPorts({ Ports: [
  { IP: '127.0.0.1', PublicPort: 9000, PrivatePort: 80, Type: 'tcp' }, { IP: '::1', PublicPort: 9000, PrivatePort: 80, Type: 'tcp' },
] } as ContainerRow)).toEqual(['127.0.0.1:9000 → 80/tcp', '[::1]:9000 → 80/tcp']));

test('a line has round corners, smaller ones where there is no room', () =>
  expect(pathThrough([{ x: 0, y: 0 }, { x: 40, y: 0 }, { x: 40, y: 10 }, { x: 90, y: 10 }], 9)).toBe('M 0 0 L 31 0 Q 40 0 40 5 L 40 5 Q 40 10 49 10 L 90 10'));

test('an unpublished port is no way in', () => expect(publishedPorts({ Ports: [{ PrivatePort: 80, Type: 'tcp' }] } as ContainerRow)).toEqual([]));
