// Addresses, subnets and pools as pure arithmetic: parse, compare, choose the next free one.
// An address is a bigint plus its family; text forms follow RFC 4291 (input) and RFC 5952 (output).
import { isIPv4, isIPv6 } from 'node:net';
import { InvalidParameter } from '../wire/errors.ts';

export type Family = 4 | 6;

export interface Address { family: Family; value: bigint }

/** A subnet; `base` has no host bits. */
export interface Subnet { family: Family; base: bigint; prefix: number }

const bitsOf = (family: Family) => (family === 4 ? 32 : 128);

/** @throws InvalidParameter when the text is no address */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) return { family: 4, value: v4(text) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: v6(text) };
  throw new InvalidParameter(`invalid IP address: ${text}`);
}

/** The subnet of a text such as 10.0.0.7/8, host bits dropped. @throws InvalidParameter */
export function parseSubnet(text: string): Subnet {
  const [address, prefix, ...rest] = text.split('/');
  const parsed = (() => {
    try {
      return parseAddress(address ?? '');
    } catch {
      return undefined; // told below with the whole text
    }
  })();
  const length = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : -1;
  if (!parsed || rest.length > 0 || length < 0 || length > bitsOf(parsed.family)) throw new InvalidParameter(`invalid CIDR address: ${text}`);
  return { family: parsed.family, base: parsed.value & maskOf(parsed.family, length), prefix: length };
}

export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn));
  const gap = longestZeros(groups);
  const hex = (list: number[]) => list.map((group) => group.toString(16)).join(':');
  return gap ? `${hex(groups.slice(0, gap.from))}::${hex(groups.slice(gap.from + gap.length))}` : hex(groups);
}

/** In network order: 4 or 16. */
export function bytesOf(address: string): Buffer {
  const { family, value } = parseAddress(address);
  return Buffer.from(value.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex');
}

export const formatSubnet = (subnet: Subnet): string => `${formatAddress({ family: subnet.family, value: subnet.base })}/${subnet.prefix}`;

export const sizeOf = (subnet: Subnet): bigint => 1n << BigInt(bitsOf(subnet.family) - subnet.prefix);

export const contains = (subnet: Subnet, address: Address): boolean =>
  subnet.family === address.family && (address.value & maskOf(subnet.family, subnet.prefix)) === subnet.base;

export const containsSubnet = (outer: Subnet, inner: Subnet): boolean =>
  inner.prefix >= outer.prefix && contains(outer, { family: inner.family, value: inner.base });

export const overlaps = (one: Subnet, other: Subnet): boolean => containsSubnet(one, other) || containsSubnet(other, one);

export interface Pool {
  subnet: Subnet;
  /** only addresses in here are handed out; default the whole subnet */
  range?: Subnet | undefined;
}

/**
 * The lowest free address of a pool that is not in `taken`; network and (IPv4) broadcast address are never given.
 * `resting` addresses are given only when nothing else is left. undefined: the pool is exhausted.
 */
export function nextFree(pool: Pool, taken: ReadonlySet<bigint>, resting: ReadonlySet<bigint> = new Set()): Address | undefined {
  const { subnet } = pool;
  const range = pool.range ?? subnet;
  const first = range.base;
  const last = range.base + sizeOf(range) - 1n;
  const isReserved = (value: bigint) =>
    subnet.prefix < bitsOf(subnet.family) - 1 && (value === subnet.base || (subnet.family === 4 && value === subnet.base + sizeOf(subnet) - 1n));
  let rested: Address | undefined;
  for (let value = first; value <= last; value++) {
    if (isReserved(value) || taken.has(value)) continue;
    if (!resting.has(value)) return { family: subnet.family, value };
    rested ??= { family: subnet.family, value };
  }
  return rested;
}

/** Docker's default pools (moby ipamutils): 172.17-31.0.0/16, then 192.168.0.0/16 in pieces of /20. */
export const DEFAULT_POOLS: readonly { base: Subnet; size: number }[] = [
  ...Array.from({ length: 15 }, (_, index) => ({ base: parseSubnet(`172.${17 + index}.0.0/16`), size: 16 })),
  { base: parseSubnet('192.168.0.0/16'), size: 20 },
];

/** The first piece of the pools that overlaps nothing in use; undefined when all are taken. */
export function nextSubnet(pools: readonly { base: Subnet; size: number }[], used: readonly Subnet[]): Subnet | undefined {
  for (const { base, size } of pools) {
    const step = 1n << BigInt(bitsOf(base.family) - size);
    for (let at = base.base; at < base.base + sizeOf(base); at += step) {
      const candidate: Subnet = { family: base.family, base: at, prefix: size };
      if (!used.some((other) => overlaps(other, candidate))) return candidate;
    }
  }
  return undefined;
}

/** Pool of IPv6 unique local addresses (RFC 4193): fd00::/8 with 40 random bits, handed out in /64. */
export function uniqueLocalPool(random40: bigint): { base: Subnet; size: number } {
  return { base: { family: 6, base: (0xfdn << 120n) | ((random40 & 0xffffffffffn) << 80n), prefix: 48 }, size: 64 };
}

function maskOf(family: Family, prefix: number): bigint {
  const bits = BigInt(bitsOf(family));
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(prefix))) - 1n);
}

function v4(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function v6(text: string): bigint {
  const withHexTail = text.replace(/(\d+\.\d+\.\d+\.\d+)$/, (quad) => {
    const value = v4(quad);
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [left = '', right] = withHexTail.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const middle = right === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...middle, ...tail].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function longestZeros(groups: readonly number[]): { from: number; length: number } | undefined {
  let best: { from: number; length: number } | undefined;
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (groups[from + length] === 0) length++;
    if (length > 1 && length > (best?.length ?? 0)) best = { from, length };
  }
  return best;
}
