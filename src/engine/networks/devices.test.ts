import { expect, test } from 'vitest';
import type { LinkAddresses } from '../tools/ip.ts';
import { hostInterfaces } from './devices.ts';

const link = (name: string, more: Partial<LinkAddresses> = {}): LinkAddresses => ({ name, master: null, isLoopback: false, isUp: true, addresses: [], ...more });

test('interfaces of the machine are told, the way out first; bridges of the engine and their ports are not', () => {
  const links = [link('lo', { isLoopback: true }), link('docker0', { isUp: false }), link('wlan0', { isUp: true }), link('gantry0'), link('veth1', { master: 'gantry0' }), link('eth0', { addresses: ['10.0.0.2/24'] })];
  expect(hostInterfaces(links, ['eth0'], new Set(['gantry0']))).toEqual([
    { name: 'eth0', addresses: ['10.0.0.2/24'], isUp: true, isDefault: true },
    { name: 'wlan0', addresses: [], isUp: true, isDefault: false },
    { name: 'docker0', addresses: [], isUp: false, isDefault: false },
  ]);
});
