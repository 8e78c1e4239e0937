import { describe, expect, test } from 'vitest';
import { parseSubnet } from './addresses.ts';
import { networkFromRequest, withConfiguration } from './request.ts';

const id = 'a'.repeat(64);
const world = { id, now: new Date(0), used: [parseSubnet('172.17.0.0/16')], ours: [parseSubnet('172.17.0.0/16')], random40: 1n };
const make = (request: object) => networkFromRequest({ Name: 'net', ...request }, world);

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
  test('without addresses, which containers then bring themselves', () => {
    expect(make({ Driver: 'macvlan', EnableIPv6: true, IPAM: { Driver: 'null' } })).toMatchObject({ enableIPv4: false, enableIPv6: false, ipam: { Driver: 'null', Config: [] } });
  });
  test('macvlan keeps its parent', () => expect(make({ Driver: 'macvlan', Options: { parent: 'eth0.10' } }).device).toBe('eth0.10'));
});

test('a configuration network only lends its settings', () => {
  const from = make({ ConfigOnly: true, IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] }, Labels: { a: 'b' } });
  expect(from).toMatchObject({ driver: 'null', configOnly: true, device: null });
  expect(make(withConfiguration({ Name: 'net', ConfigFrom: { Network: 'net' } }, from))).toMatchObject({ driver: 'bridge', configFrom: 'net', labels: { a: 'b' }, ipam: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.1' }] } });
  expect(() => withConfiguration({ Name: 'net', Internal: true }, from)).toThrow(/user specified configurations are not supported/);
});

describe('a request is refused', () => {
  test.each([
    [{ Name: '' }, /network name is required/],
    [{ Name: ' ' }, /network name is required/],
    [{ Name: 'host' }, /operation is not permitted on predefined host network/],
    [{ Driver: 'overlay' }, /This node is not a swarm manager/],
    [{ Driver: 'weave' }, /plugin not found/],
    [{ IPAM: { Driver: 'null' } }, /ipv4 pool is empty/],
    [{ Driver: 'macvlan', IPAM: { Driver: 'null', Config: [{ Subnet: '10.0.0.0/24' }] } }, /null ipam driver does not handle/],
    [{ IPAM: { Config: [{ Subnet: '127.0.0.0/16' }] } }, /127.0.0.0\/8 is for loopback addresses/],
    [{ IPAM: { Config: [{ Subnet: 'ff05::/64' }] } }, /ff00::\/8 is for multicast/],
    [{ Driver: 'host' }, /only one instance of "host" network is allowed/],
    [{ IPAM: { Config: [{ Subnet: '172.17.3.0/24' }] } }, /Pool overlaps/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24' }, { Subnet: '10.0.0.128/25' }] } }, /Pool overlaps/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0' }] } }, /invalid CIDR block notation/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.5/24' }] } }, /it should be 10.0.0.0\/24/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.1.1' }] } }, /doesn't contain this address/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', IPRange: '10.0.0.0/8' }] } }, /doesn't contain ip-range/],
    [{ IPAM: { Config: [{ Gateway: '10.0.0.1' }] } }, /needs a subnet/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24' }, { Subnet: '10.0.1.0/24' }] } }, /doesn't support multiple subnets/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/31' }] } }, /no room for a gateway/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.255' }] } }, /Address already in use/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.9', AuxiliaryAddresses: { a: '10.0.0.9' } }] } }, /Address already in use/],
    [{ IPAM: { Config: [{ Subnet: '10.0.0.0/24', Gateway: 'x' }] } }, /invalid gateway x/],
    [{ Driver: 'macvlan', Options: { macvlan_mode: 'zz' } }, /requested macvlan mode 'zz' is not valid/],
    [{ Driver: 'ipvlan', Options: { parent: 'lo' } }, /loopback interface is not a valid ipvlan parent/],
    [{ Options: { 'com.docker.network.driver.mtu': 'big' } }, /failed to parse com.docker.network.driver.mtu/],
    [{ Options: { 'com.docker.network.bridge.enable_icc': 'perhaps' } }, /failed to parse com.docker.network.bridge.enable_icc/],
    [{ Scope: 'swarm' }, /swarm is not active/],
    [{ IPAM: { Driver: 'magic' } }, /could not find IPAM driver/],
    [{ Options: { 'com.docker.network.bridge.name': 'a-name-much-too-long' } }, /invalid bridge name/],
  ])('%j', (request, message) => expect(() => make(request)).toThrow(message));
});
