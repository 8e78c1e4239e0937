import { describe, expect, test } from 'vitest';
import { commonNetwork, reasonOf } from './reach.ts';

const facts = (networks: Record<string, string>, mode = 'bridge') => ({
  Name: '/x', State: { Running: true }, HostConfig: { NetworkMode: mode }, NetworkSettings: { Networks: Object.fromEntries(Object.entries(networks).map(([name, IPAddress]) => [name, { IPAddress }])) },
}) as unknown as Parameters<typeof commonNetwork>[0];

describe('where two containers meet', () => {
  test('a user-defined network is preferred to the default one', () => {
    expect(commonNetwork(facts({ bridge: '1', shop: '2' }), facts({ bridge: '3', shop: '4' }))).toEqual({ network: 'shop', address: '4' });
  });
  test('no network in common', () => expect(commonNetwork(facts({ a: '1' }), facts({ b: '2' }))).toBeUndefined());
  test('both in the host\'s namespace', () => expect(commonNetwork(facts({ host: '' }, 'host'), facts({ host: '' }, 'host'))).toEqual({ network: 'host', address: '127.0.0.1' }));
});

test.each([
  [1, 'nc: 10.0.0.2 (10.0.0.2:80): Connection refused', 'refused'],
  [124, '', 'filtered'],
  [1, 'nc: timed out', 'filtered'],
  [1, 'bash: connect: No route to host', 'unreachable'],
  [1, '', 'refused'],
] as const)('exit %s, %j is %s', (code, output, reason) => expect(reasonOf(code, output)).toBe(reason));
