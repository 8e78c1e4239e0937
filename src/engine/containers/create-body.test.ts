// What a create, update or exec body is refused for, with dockerd's status (400) and the words a user would look up.
import { expect, test } from 'vitest';
import { checkConfigShape, checkExecShape, checkHostShape, words } from './body-shape.ts';
import { mergeHostConfig } from './merge.ts';
import type { SpecFacts } from './spec/spec.ts';
import { validateCreate } from './validate.ts';

const facts: SpecFacts = {
  machine: 'x64', kernel: '6.1.0', initPath: undefined, boundingCaps: (1n << 41n) - 1n, hardLimits: new Map(), mayRaiseLimits: false, rootless: false, cgroupVersion: 1, swap: true, blockWeight: true,
};
const CPUS = 2;

/** The whole way of a body's checks. */
function refusal(body: unknown): string {
  try {
    checkConfigShape(body);
    const { HostConfig, ...config } = body as Record<string, object>;
    checkHostShape(HostConfig);
    validateCreate(config, HostConfig ?? {}, facts, CPUS);
    return '';
  } catch (error) {
    return `${(error as { kind: string }).kind}: ${(error as Error).message}`;
  }
}

test.each([
  ['nothing', undefined, 'config cannot be empty in order to create a container'],
  ['an array', [], 'config cannot be empty in order to create a container'],
  ['only a host configuration', { HostConfig: {} }, 'config cannot be empty in order to create a container'],
  ['a number for the image', { Image: 5 }, 'invalid Image: a string is needed'],
  ['text for a switch', { Image: 'i', Tty: 'yes' }, 'invalid Tty: true or false is needed'],
  ['labels that are no strings', { Image: 'i', Labels: { a: 1 } }, 'invalid Labels: an object of strings is needed'],
  ['a NUL byte in the command', { Image: 'i', Cmd: ['a\0b'] }, 'invalid Cmd: an array of strings without NUL is needed'],
  ['a health test that is text', { Image: 'i', Healthcheck: { Test: 'true' } }, 'invalid Healthcheck.Test: an array of strings is needed'],
])('a body of wrong shape: %s', (_, body, message) => {
  expect(refusal(body)).toBe(`InvalidParameter: ${message}`);
});

test.each([
  ['text for a number', { Memory: '5' }, 'invalid Memory: a whole number is needed'],
  ['too little memory', { Memory: 1 }, 'Minimum memory limit allowed is 6MB'],
  ['negative memory', { Memory: -5 }, 'Minimum memory limit allowed is 6MB'],
  ['less swap than memory', { Memory: 1e8, MemorySwap: 5e7 }, 'Minimum memoryswap limit should be larger than memory limit, see usage'],
  ['swap alone', { MemorySwap: 1e8 }, 'You should always set the Memory limit when using Memoryswap limit, see usage'],
  ['more CPUs than there are', { NanoCpus: 1e12 }, 'range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
  ['CPUs and a quota', { NanoCpus: 1e9, CpuQuota: 1000 }, 'conflicting options: Nano CPUs and CPU Quota cannot both be set'],
  ['a CPU that is not there', { CpusetCpus: '0-99' }, 'Requested CPUs are not available - requested 0-99, available: 0-1'],
  ['a range backwards', { CpusetCpus: '1-0' }, 'Invalid value 1-0 for cpuset cpus: invalid format: 1-0'],
  ['a memory node that is not there', { CpusetMems: '999' }, expect.stringMatching(/^Requested memory nodes are not available - requested 999, available: 0/)],
  ['negative shares', { CpuShares: -1 }, 'invalid CPU shares -1: from 2 to 262144 are possible'],
  ['an OOM score out of range', { OomScoreAdj: 2000 }, 'invalid value 2000, range for oom score adj is [-1000, 1000]'],
  ['auto-remove with a restart policy', { AutoRemove: true, RestartPolicy: { Name: 'always' } }, "can't create 'AutoRemove' container with restart policy"],
  ['an isolation of Windows', { Isolation: 'hyperv' }, 'invalid isolation: "hyperv" - linux only supports \'default\''],
  ['a size for the layer', { StorageOpt: { size: '10G' } }, '--storage-opt is not supported: layers of this engine have no size of their own'],
  ['a logging mode', { LogConfig: { Type: 'json-file', Config: { mode: 'bad' } } }, 'logger: logging mode not supported: bad'],
  ['an unknown capability', { CapAdd: ['NOPE'] }, 'invalid CapAdd: unknown capability: "CAP_NOPE"'],
  ['a security option without value', { SecurityOpt: ['bad'] }, 'invalid --security-opt 1: "bad"'],
  ['an unknown security option', { SecurityOpt: ['foo=bar'] }, 'invalid --security-opt 2: "foo=bar"'],
])('impossible options: %s', (_, HostConfig, message) => {
  const [kind, ...rest] = refusal({ Image: 'i', HostConfig }).split(': ');
  expect([kind, rest.join(': ')]).toEqual(['InvalidParameter', message]);
});

test('one string is a list of one, as in docker', () => {
  expect(refusal({ Image: 'i', Cmd: 'true', Entrypoint: 'sh' })).toBe('');
  expect([words('true'), words(['a', 'b']), words(null)]).toEqual([['true'], ['a', 'b'], undefined]);
});

test('an exec body of wrong types is refused, not run', () => {
  expect(() => checkExecShape({ Cmd: 'true' })).toThrow('invalid Cmd: an array of strings is needed');
  expect(() => checkExecShape({ Cmd: ['true'], Tty: 1 })).toThrow('invalid Tty: true or false is needed');
});

test('the swap limit that holds without a wish is shown', () => {
  const swap = (wish: object) => mergeHostConfig(wish, { runtime: 'crun', cgroupVersion: 1 }).MemorySwap;
  expect([swap({}), swap({ Memory: 5e7 }), swap({ Memory: 5e7, MemorySwap: -1 }), swap({ Memory: 5e7, MemorySwap: 6e7 })]).toEqual([0, 1e8, -1, 6e7]);
});
