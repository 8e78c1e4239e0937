import { describe, expect, test } from 'vitest';
import { contains, DEFAULT_POOLS, formatAddress, formatSubnet, nextFree, nextSubnet, overlaps, parseAddress, parseSubnet, uniqueLocalPool } from './addresses.ts';

describe('text forms', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:0:0:1:0:0:0:1', 'fd00:0:0:1::1'],
    ['2001:DB8::8:800:200c:417a', '2001:db8::8:800:200c:417a'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
  ])('%s is written %s', (given, wanted) => expect(formatAddress(parseAddress(given))).toBe(wanted));

  test.each(['', '1.2.3', '1.2.3.4.5', '300.1.1.1', 'x', 'fe80::1%eth0'])('%j is refused', (text) => expect(() => parseAddress(text)).toThrow('invalid IP address'));
  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', 'fd00::/129', '/8', '10.0.0.0/-1', '10.0.0.0/a'])('subnet %j is refused', (text) => expect(() => parseSubnet(text)).toThrow('invalid CIDR address'));
  test('host bits of a subnet are dropped', () => expect(formatSubnet(parseSubnet('10.1.2.3/16'))).toBe('10.1.0.0/16'));
});

describe('subnets', () => {
  test('overlap is mutual and respects families', () => {
    expect(overlaps(parseSubnet('10.0.0.0/8'), parseSubnet('10.1.0.0/16'))).toBe(true);
    expect(overlaps(parseSubnet('10.1.0.0/16'), parseSubnet('10.0.0.0/8'))).toBe(true);
    expect(overlaps(parseSubnet('10.0.0.0/16'), parseSubnet('10.1.0.0/16'))).toBe(false);
    expect(overlaps(parseSubnet('0.0.0.0/0'), parseSubnet('::/0'))).toBe(false);
  });
  test('contains', () => {
    expect(contains(parseSubnet('192.168.1.0/30'), parseAddress('192.168.1.3'))).toBe(true);
    expect(contains(parseSubnet('192.168.1.0/30'), parseAddress('192.168.1.4'))).toBe(false);
  });
  test('the next default subnet avoids what is in use', () => {
    expect(formatSubnet(nextSubnet(DEFAULT_POOLS, [])!)).toBe('172.17.0.0/16');
    expect(formatSubnet(nextSubnet(DEFAULT_POOLS, [parseSubnet('172.17.5.0/24'), parseSubnet('172.18.0.0/16')])!)).toBe('172.19.0.0/16');
    expect(formatSubnet(nextSubnet(DEFAULT_POOLS, [parseSubnet('172.16.0.0/12'), parseSubnet('192.168.1.0/24')])!)).toBe('192.168.16.0/20');
    expect(nextSubnet(DEFAULT_POOLS, [parseSubnet('172.16.0.0/12'), parseSubnet('192.168.0.0/16')])).toBeUndefined();
  });
  test('unique local subnets', () => expect(formatSubnet(nextSubnet([uniqueLocalPool(0x123456789an)], [])!)).toBe('fd12:3456:789a::/64'));
});

describe('free addresses', () => {
  const free = (subnet: string, taken: string[], range?: string, resting: string[] = []) => {
    const found = nextFree({ subnet: parseSubnet(subnet), range: range === undefined ? undefined : parseSubnet(range) },
      new Set(taken.map((text) => parseAddress(text).value)), new Set(resting.map((text) => parseAddress(text).value)));
    return found && formatAddress(found);
  };
  test('network and broadcast addresses are never given', () => {
    expect(free('10.0.0.0/30', [])).toBe('10.0.0.1');
    expect(free('10.0.0.0/30', ['10.0.0.1'])).toBe('10.0.0.2');
    expect(free('10.0.0.0/30', ['10.0.0.1', '10.0.0.2'])).toBeUndefined();
  });
  test('a range limits the choice', () => expect(free('10.0.0.0/16', [], '10.0.5.0/24')).toBe('10.0.5.0'));
  test('resting addresses come last', () => {
    expect(free('10.0.0.0/29', ['10.0.0.1'], undefined, ['10.0.0.2'])).toBe('10.0.0.3');
    expect(free('10.0.0.0/30', ['10.0.0.1'], undefined, ['10.0.0.2'])).toBe('10.0.0.2');
  });
  test('IPv6 starts after the anycast address', () => expect(free('fd00::/64', [])).toBe('fd00::1'));
});
