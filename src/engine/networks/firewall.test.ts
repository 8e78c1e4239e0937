import { describe, expect, test } from 'vitest';
import { parseSubnet } from './addresses.ts';
import { portElements, renderPortChange, renderRemoval, renderTable } from './firewall.ts';

const web = { protocol: 'tcp', port: 80, hostIp: '0.0.0.0', hostPort: 8080, target: '172.17.0.2' } as const;
const dns = { protocol: 'udp', port: 53, hostIp: '127.0.0.1', hostPort: 5353, target: '172.17.0.2' } as const;
const web6 = { protocol: 'tcp', port: 80, hostIp: '::', hostPort: 8080, target: 'fd00::2' } as const;

describe('the whole table', () => {
  const text = renderTable({
    table: 'gantry',
    networks: [
      { bridge: 'gantry0', subnets: [parseSubnet('172.17.0.0/16')], isInternal: false, masquerades: true, connects: true },
      { bridge: 'br-in', subnets: [parseSubnet('172.18.0.0/16'), parseSubnet('fd00::/64')], isInternal: true, masquerades: true, connects: true },
      { bridge: 'br-raw', subnets: [parseSubnet('10.9.0.0/24')], isInternal: false, masquerades: false, connects: false },
    ],
    ports: [web, dns, web6],
  });
  test('replaces what was there in the same transaction', () => expect(text.startsWith('table inet gantry\ndelete table inet gantry\ntable inet gantry {')).toBe(true));
  test('a port without address goes to the map by port', () => expect(text).toContain('map tcp4 { type inet_service : ipv4_addr . inet_service; elements = { 8080 : 172.17.0.2 . 80 }; }'));
  test('a port with an address goes to the map by both', () => expect(text).toContain('map udp4_at { type ipv4_addr . inet_service : ipv4_addr . inet_service; elements = { 127.0.0.1 . 5353 : 172.17.0.2 . 53 }; }'));
  test('IPv6 ports have maps of their own', () => expect(text).toContain('map tcp6 { type inet_service : ipv6_addr . inet_service; elements = { 8080 : fd00::2 . 80 }; }'));
  test('internal networks and those without masquerading do not leave under our address', () => expect(text).toContain('set masquerade4 { type ipv4_addr; flags interval; elements = { 172.17.0.0/16 }; }'));
  test('only where containers may talk, frames inside the bridge pass', () => expect(text).toContain('set same { type ifname . ifname; elements = { "gantry0" . "gantry0", "br-in" . "br-in" }; }'));
  test('every bridge is isolated', () => expect(text).toContain('set bridges { type ifname; elements = { "gantry0", "br-in", "br-raw" }; }'));
});

test('a change names only what comes and goes', () => {
  expect(renderPortChange('gantry', { add: [web], remove: [dns] })).toBe(
    'delete element inet gantry udp4_at { 127.0.0.1 . 5353 }\nadd element inet gantry tcp4 { 8080 : 172.17.0.2 . 80 }\n');
});

test('what only the relay can serve has no element', () => {
  const mixed = { ...web, hostIp: '::' };
  expect(renderPortChange('gantry', { add: [mixed, { ...web6, hostIp: '::1' }], remove: [] })).toBe('');
});

test('removal works whether the table is there or not', () => expect(renderRemoval('g')).toBe('table inet g\ndelete table inet g\n'));

test('ports as elements in the kernel\'s form: what goes first, what comes after; relayed ones have none', () => {
  const elements = portElements({ add: [web, dns, web6, { ...web, hostIp: '::1' }], remove: [dns] });
  expect(elements.map(({ map, key, data }) => [map, key.toString('hex'), data?.toString('hex')])).toEqual([
    ['udp4_at', '7f00000114e90000', undefined],
    ['tcp4', '1f90', 'ac11000200500000'],
    ['udp4_at', '7f00000114e90000', 'ac11000200350000'],
    ['tcp6', '1f90', 'fd0000000000000000000000000000020050' + '0000'],
  ]);
});
