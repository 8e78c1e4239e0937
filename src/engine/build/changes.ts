// `--change` of import and commit: single Dockerfile instructions applied to an image's configuration.
// The instructions and their forms: docs.docker.com/reference/cli/docker/container/commit ("--change") and Dockerfile reference.
import type { ContainerConfig } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';
import { expand } from './dockerfile/expand.ts';

/** @throws InvalidParameter naming the instruction that cannot be applied */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  const result: ContainerConfig = { ...config };
  for (const line of changes.flatMap((change) => change.split('\n'))) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const apply = INSTRUCTIONS[name.toUpperCase()];
    if (apply === undefined) throw new InvalidParameter(`${name.toUpperCase()} is not a valid change command`);
    if (rest === '' && name.toUpperCase() !== 'CMD' && name.toUpperCase() !== 'ENTRYPOINT') throw new InvalidParameter(`${name.toUpperCase()} requires at least one argument`);
    apply(result, rest, new Map((result.Env ?? []).map(splitEntry)));
  }
  return result;
}

type Variables = ReadonlyMap<string, string>;

const splitEntry = (entry: string): [key: string, value: string] => { const cut = `${entry}=`.indexOf('='); return [entry.slice(0, cut), entry.slice(cut + 1)]; };

const INSTRUCTIONS: Record<string, (config: ContainerConfig, rest: string, variables: Variables) => void> = {
  CMD: (config, rest) => { config.Cmd = command(rest); },
  ENTRYPOINT: (config, rest) => { config.Entrypoint = command(rest); },
  SHELL: (config, rest) => {
    const list = jsonList(rest);
    if (list === undefined) throw new InvalidParameter('SHELL requires the arguments to be in JSON form');
    config.Shell = list;
  },
  ENV: (config, rest, variables) => {
    const env = new Map(variables);
    for (const [key, value] of pairs('ENV', rest, variables)) env.set(key, value);
    config.Env = [...env].map(([key, value]) => `${key}=${value}`);
  },
  LABEL: (config, rest, variables) => { config.Labels = { ...config.Labels, ...Object.fromEntries(pairs('LABEL', rest, variables)) }; },
  EXPOSE: (config, rest, variables) => { config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(words(rest, variables).flatMap(ports).map((port) => [port, {}])) }; },
  VOLUME: (config, rest, variables) => { config.Volumes = { ...config.Volumes, ...Object.fromEntries((jsonList(rest) ?? words(rest, variables)).map((path) => [path, {}])) }; },
  USER: (config, rest, variables) => { config.User = words(rest, variables)[0] ?? ''; },
  WORKDIR: (config, rest, variables) => {
    const folder = words(rest, variables).join(' ');
    config.WorkingDir = folder.startsWith('/') ? folder : `${config.WorkingDir === '/' ? '' : (config.WorkingDir ?? '')}/${folder}`;
  },
  STOPSIGNAL: (config, rest, variables) => { config.StopSignal = words(rest, variables)[0] ?? ''; },
  ONBUILD: (config, rest) => { config.OnBuild = [...(config.OnBuild ?? []), rest]; },
  HEALTHCHECK: (config, rest) => { config.Healthcheck = healthcheck(rest); },
};

function command(rest: string): string[] {
  return jsonList(rest) ?? (rest === '' ? [] : ['/bin/sh', '-c', rest]);
}

function jsonList(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const list = JSON.parse(text) as unknown;
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    return undefined; // then it is the shell form, as in a Dockerfile
  }
}

/** `key=value key2="with spaces"`, or the old `key value`. */
function pairs(name: string, rest: string, variables: Variables): [string, string][] {
  const list = words(rest, variables);
  if (!(list[0] ?? '').includes('=')) {
    const [, key = '', value = ''] = /^(\S+)\s+([\s\S]*)$/.exec(rest) ?? [];
    if (key === '') throw new InvalidParameter(`${name} must have two arguments`);
    return [[key, expand(value, variables).text]];
  }
  return list.map((word) => {
    const cut = word.indexOf('=');
    if (cut < 1) throw new InvalidParameter(`Syntax error - can't find = in "${word}". Must be of the form: name=value`);
    return [word.slice(0, cut), word.slice(cut + 1)];
  });
}

/** Words as a shell cuts them, variables put in, quotes and backslashes removed. */
const words = (text: string, variables: Variables): string[] => expand(text, variables).words;

/** `80`, `80/udp`, `8000-8010/tcp`. */
function ports(text: string): string[] {
  const [, first, last, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (first === undefined || to > 65_535 || to < from) throw new InvalidParameter(`invalid containerPort: ${text}`);
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
}

const HEALTH_FLAGS: Record<string, 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'> = { interval: 'Interval', timeout: 'Timeout', 'start-period': 'StartPeriod', 'start-interval': 'StartInterval' };

function healthcheck(rest: string): NonNullable<ContainerConfig['Healthcheck']> {
  const check: NonNullable<ContainerConfig['Healthcheck']> = {};
  let text = rest;
  for (let flag = /^--([a-z-]+)=(\S+)\s*/.exec(text); flag !== null; flag = /^--([a-z-]+)=(\S+)\s*/.exec(text)) {
    const [whole, name = '', value = ''] = flag;
    const field = HEALTH_FLAGS[name];
    if (field !== undefined) check[field] = nanoseconds(value);
    else if (name === 'retries') check.Retries = Number(value);
    else throw new InvalidParameter(`unknown flag of HEALTHCHECK: ${name}`);
    text = text.slice(whole.length);
  }
  const [, kind = '', probe = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (kind.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD' || probe === '') throw new InvalidParameter('HEALTHCHECK needs CMD and a command, or NONE');
  const list = jsonList(probe);
  return { ...check, Test: list === undefined ? ['CMD-SHELL', probe] : ['CMD', ...list] };
}

const UNIT_NS: Record<string, number> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6 };

function nanoseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) throw new InvalidParameter(`invalid duration: ${text}`);
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNIT_NS[part[2] as string] as number), 0);
}
