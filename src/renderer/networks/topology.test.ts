import { expect, test } from 'vitest';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { NetworkRow } from '../../main/contract/networks.ts';
import { withMembers } from './network.ts';
import { publishedPorts, topologyOf } from './topology.ts';

const host = { id: 'local', name: 'Local' } as HostSummary;
const network = (Name: string, more: Partial<NetworkRow> = {}) => ({ host, key: Name, row: { Id: `${Name}-id`, Name, Driver: 'bridge', Internal: false, IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.1' }] }, ...more } as NetworkRow });
const container = (name: string, networks: Record<string, string>, more: Partial<ContainerRow> = {}) => ({
  host, key: name, row: { Id: name, Names: [`/${name}`], State: 'running', Ports: [], NetworkSettings: { Networks: Object.fromEntries(Object.entries(networks).map(([key, IPAddress]) => [key, { IPAddress }])) }, ...more } as unknown as ContainerRow,
});

test('machine, bridges and containers are joined as packets go', () => {
  const containers = [container('web', { shop: '10.0.0.2', back: '10.1.0.2' }, { Ports: [{ IP: '0.0.0.0', PublicPort: 8080, PrivatePort: 80, Type: 'tcp' }, { IP: '::', PublicPort: 8080, PrivatePort: 80, Type: 'tcp' }] }), container('tool', { host: '' })];
  const { nodes, edges } = topologyOf('Local', withMembers([network('shop'), network('back', { Internal: true }), network('host', { Driver: 'host' })], containers), containers);
  expect(nodes.map(({ id }) => id)).toEqual(['machine', 'network shop-id', 'network back-id', 'container web', 'ports web', 'container tool']);
  expect(nodes.find(({ kind }) => kind === 'ports')).toMatchObject({ ports: ['8080 → 80/tcp'] });
  expect(edges.map(({ kind, from, to, label }) => [kind, from, to, label])).toEqual([
    ['nat', 'machine', 'network shop-id', 'NAT'],
    ['veth', 'network shop-id', 'container web', '10.0.0.2'],
    ['veth', 'network back-id', 'container web', '10.1.0.2'],
    ['port', 'machine', 'ports web', ''],
    ['port', 'ports web', 'container web', ''],
    ['shared', 'machine', 'container tool', ''],
  ]);
});

test('an unpublished port is no way in', () => expect(publishedPorts({ Ports: [{ PrivatePort: 80, Type: 'tcp' }] } as ContainerRow)).toEqual([]));
