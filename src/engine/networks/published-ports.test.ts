import { describe, expect, test } from 'vitest';
import { choosePort, clashes, parsePort, portWishes, type PublishedPort } from './published-ports.ts';

describe('wishes', () => {
  test('bindings, ranges, all exposed', () => {
    expect(portWishes({
      portBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }, { HostPort: '9000-9010' }], '53/udp': null },
      publishAll: true, exposed: { '80/tcp': {}, '443': {} },
    })).toEqual([
      { protocol: 'tcp', port: 80, hostIp: '127.0.0.1', from: 8080, to: 8080 },
      { protocol: 'tcp', port: 80, hostIp: '', from: 9000, to: 9010 },
      { protocol: 'udp', port: 53, hostIp: '', from: 0, to: 0 },
      { protocol: 'tcp', port: 443, hostIp: '', from: 0, to: 0 },
    ]);
  });
  test.each([
    [{ '80/icmp': null }], [{ '0/tcp': null }], [{ '70000/tcp': null }],
    [{ '80/tcp': [{ HostPort: 'x' }] }], [{ '80/tcp': [{ HostPort: '20-10' }] }], [{ '80/tcp': [{ HostIp: 'nowhere' }] }],
  ])('%j is refused', (portBindings) => expect(() => portWishes({ portBindings })).toThrow(/invalid/));
  test('the protocol of a port defaults to tcp', () => expect(parsePort('80')).toEqual({ port: 80, protocol: 'tcp' }));
});

describe('choice', () => {
  const held = (...ports: number[]) => ({ holderOf: (port: PublishedPort) => (ports.includes(port.hostPort) ? 'somebody' : undefined), anyRange: [49000, 49002] as const, start: 1, withIpv6: false });
  const wish = { protocol: 'tcp' as const, port: 80, hostIp: '' };
  test('a fixed port is taken or refused', () => {
    expect(choosePort({ ...wish, from: 80, to: 80 }, held())).toEqual([{ protocol: 'tcp', port: 80, hostIp: '0.0.0.0', hostPort: 80 }]);
    expect(choosePort({ ...wish, from: 80, to: 80 }, held(80))).toMatchObject({ holder: 'somebody', busy: { hostPort: 80 } });
  });
  test('a range gives its first free port', () => expect(choosePort({ ...wish, from: 80, to: 82 }, held(80, 81))).toMatchObject([{ hostPort: 82 }]));
  test('any port goes round the range', () => {
    expect(choosePort({ ...wish, from: 0, to: 0 }, held(49001, 49002))).toMatchObject([{ hostPort: 49000 }]);
    expect(choosePort({ ...wish, from: 0, to: 0 }, held(49000, 49001, 49002))).toMatchObject({ holder: 'somebody' });
  });
  test('with IPv6 both families share the port', () => {
    expect(choosePort({ ...wish, from: 80, to: 80 }, { ...held(), withIpv6: true }).valueOf()).toMatchObject([{ hostIp: '0.0.0.0' }, { hostIp: '::' }]);
  });
  test('clashes', () => {
    const at = (hostIp: string, hostPort = 80) => ({ protocol: 'tcp' as const, hostIp, hostPort });
    expect(clashes(at('0.0.0.0'), at('127.0.0.1'))).toBe(true);
    expect(clashes(at('10.0.0.1'), at('10.0.0.2'))).toBe(false);
    expect(clashes(at('0.0.0.0'), at('::'))).toBe(false);
    expect(clashes(at('0.0.0.0', 80), at('0.0.0.0', 81))).toBe(false);
  });
});
