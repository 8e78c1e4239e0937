import { describe, expect, test } from 'vitest';
import { parseSubnet } from './addresses.ts';
import { networkFromRequest } from './request.ts';

const id = 'a'.repeat(64);
const world = { id, now: new Date(0), used: [parseSubnet('172.17.0.0/16')], ours: [parseSubnet('172.17.0.0/16')], random40: 1n };
const make = (request: Record<string, unknown>) => networkFromRequest({ Name: 'net', ...request }, world);

describe('a network is made', () => {
  test('with the next free subnet and its first address as gateway', () => {
    expect(make({})).toMatchObject({ driver: 'bridge', device: 'br-aaaaaaaaaaaa', hasOwnSubnet: false, ipam: { Driver: 'default', Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }] } });
  });
  test('with what the user chose', () => {
    expect(make({ IPAM: { Config: [{ Subnet: '10.0.0.0/24', IPRange: '10.0.0.128/25', Gateway: '10.0.0.254', AuxiliaryAddresses: { router: '10.0.0.5' } }] } }))
      .toMatchObject({ hasOwnSubnet: true, ipam: { Config: [{ Subnet: '10.0.0.0/24', IPRange: '10.0.0.128/25', Gateway: '10.0.0.254', AuxiliaryAddresses: { router: '10.0.0.5' } }] } });
  });
  test('with IPv6 beside IPv4', () => {
    expect(make({ EnableIPv6: true }).ipam.Config).toEqual([{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }, { Subnet: 'fd00:0:1::/64', Gateway: 'fd00:0:1::1' }]);
  });
  test('the gateway avoids auxiliary addresses', () => {
    expect(make({ IPAM: { Config: [{ Subnet: '10.0.0.0/24', AuxiliaryAddresses: { x: '10.0.0.1' } }] } }).ipam.Config?.[0]?.Gateway).toBe('10.0.0.2');
  });
  test('macvlan keeps its parent', () => expect(make({ Driver: 'macvlan', Options: { parent: 'eth0.10' } }).device).toBe('eth0.10'));
});

describe('a request is refused', () => {
  test.each([
    [{ Name: '' }, /network name is required/],
    [{ Name: 'a b' }, /invalid network name/],
    [{ Name: 'host' }, /operation is not permitted on predefined host network/],
    [{ Driver: 'overlay' }, /This node is not a swarm manager/],
    [{ Driver: 'weave' }, /plugin not found/],
    [{ Driver: 'host' }, /only one instance of "host" network is allowed/],
    [{ IPAM: { Config: [{ Subnet: '172.17.3.0/24' }] } }, /Pool overlaps/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24' }, { Subnet: '10.0.0.128/25' }] } }, /Pool overlaps/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0' }] } }, /invalid CIDR block notation/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.5/24' }] } }, /it should be 10.0.0.0\/24/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.1.1' }] } }, /doesn't contain this address/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', IPRange: '10.0.0.0/8' }] } }, /doesn't contain ip-range/],
    [{ IPAM: { Config: [{ Gateway: '10.0.0.1' }] } }, /needs a subnet/],
    [{ IPAM: { Driver: 'magic' } }, /could not find IPAM driver/],
    [{ Options: { 'com.docker.network.bridge.name': 'a-name-much-too-long' } }, /invalid bridge name/],
  ])('%j', (request, message) => expect(() => make(request)).toThrow(message));
});
