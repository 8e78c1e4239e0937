// What a stage knows between two instructions, and how the instructions that touch no file change it. Pure.
// Rules of Dockerfile reference and moby's builder/dockerfile/dispatchers.go; the result is the image's configuration.
import type { ContainerConfig } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';
import type { Command, Instruction } from './dockerfile/ast.ts';
import { expand } from './dockerfile/expand.ts';
import { exposedPorts } from './ports.ts';
import { absolutePath } from './paths.ts';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
export const DEFAULT_SHELL = ['/bin/sh', '-c'];
/** Build args every stage may use undeclared; they are kept out of history and cache keys (Dockerfile reference). */
export const PROXY_ARGS: ReadonlySet<string> = new Set(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'FTP_PROXY', 'ftp_proxy', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy']);

export interface StageState {
  config: ContainerConfig;
  author: string | undefined;
  /** ARGs declared so far that have a value. */
  args: ReadonlyMap<string, string>;
  /** CMD was given in this stage, so ENTRYPOINT keeps it. */
  hasOwnCmd: boolean;
}

/** Values that `ARG name` without default takes. */
export interface ArgSources {
  buildArgs: ReadonlyMap<string, string>;
  metaArgs: ReadonlyMap<string, string>;
  platformArgs: ReadonlyMap<string, string>;
}

/** State after `FROM`: the base's configuration, with a PATH. */
export function initialState(base: ContainerConfig | undefined): StageState {
  const config: ContainerConfig = structuredClone(base ?? {});
  for (const key of ['Hostname', 'Domainname', 'Image', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin', 'StdinOnce', 'MacAddress', 'NetworkDisabled'] as const) delete config[key];
  if (!(config.Env ?? []).some((entry) => /^PATH=/i.test(entry))) config.Env = [...(config.Env ?? []), `PATH=${DEFAULT_PATH}`];
  return { config, author: undefined, args: new Map(), hasOwnCmd: false };
}

/** What variables mean here: ARG below ENV. */
export function variablesOf(state: StageState): Map<string, string> {
  const variables = new Map(state.args);
  for (const entry of state.config.Env ?? []) {
    const equals = entry.indexOf('=');
    variables.set(equals < 0 ? entry : entry.slice(0, equals), equals < 0 ? '' : entry.slice(equals + 1));
  }
  return variables;
}

export interface MetadataStep { state: StageState; /** for history and cache key */ text: string }

/**
 * Applies ENV, ARG, LABEL, CMD, ENTRYPOINT, EXPOSE, VOLUME, USER, SHELL, STOPSIGNAL, HEALTHCHECK, ONBUILD, MAINTAINER, and the
 * configuration's half of WORKDIR.
 * @throws InvalidParameter for values that are wrong after expansion
 */
export function applyMetadata(state: StageState, instruction: Instruction, escape: '\\' | '`', sources: ArgSources): MetadataStep {
  const variables = variablesOf(state);
  const text = (value: string) => expand(value, variables, { escape }).text;
  const { config } = state;
  const withConfig = (change: Partial<ContainerConfig>, history: string): MetadataStep => ({ state: { ...state, config: { ...config, ...change } }, text: history });
  switch (instruction.kind) {
    case 'ENV': {
      const pairs = instruction.pairs.map(({ key, value }) => [text(key), text(value)] as const);
      return withConfig({ Env: pairs.reduce(withVariable, config.Env ?? []) }, `ENV ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`);
    }
    case 'LABEL': {
      const pairs = instruction.pairs.map(({ key, value }) => [text(key), text(value)] as const);
      return withConfig({ Labels: { ...config.Labels, ...Object.fromEntries(pairs) } }, `LABEL ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`);
    }
    case 'ARG': {
      const args = new Map(state.args);
      const shown = instruction.args.map(({ key, value }) => {
        const name = text(key);
        const fallback = value === undefined ? undefined : expand(value, new Map([...variables, ...args]), { escape }).text;
        const given = sources.buildArgs.get(name) ?? fallback ?? sources.metaArgs.get(name) ?? sources.platformArgs.get(name);
        if (given === undefined) args.delete(name);
        else args.set(name, given);
        return given === undefined ? name : `${name}=${given}`;
      });
      return { state: { ...state, args }, text: `ARG ${shown.join(' ')}` };
    }
    case 'CMD': {
      const Cmd = argvOf(instruction.command, config);
      return { state: { ...state, hasOwnCmd: true, config: { ...config, Cmd } }, text: `CMD ${JSON.stringify(Cmd)}` };
    }
    case 'ENTRYPOINT': {
      const Entrypoint = argvOf(instruction.command, config);
      const { Cmd, ...rest } = config;
      return { state: { ...state, config: { ...rest, ...(state.hasOwnCmd && Cmd ? { Cmd } : {}), Entrypoint } }, text: `ENTRYPOINT ${JSON.stringify(Entrypoint)}` };
    }
    case 'EXPOSE': {
      const ports = instruction.ports.flatMap((port) => expand(port, variables, { escape }).words).flatMap(exposedPorts).sort();
      return withConfig({ ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) } }, `EXPOSE ${JSON.stringify(ports)}`);
    }
    case 'VOLUME': {
      const paths = instruction.paths.map(text);
      if (paths.some((path) => path === '')) throw new InvalidParameter('VOLUME specified can not be an empty string');
      return withConfig({ Volumes: { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) } }, `VOLUME ${JSON.stringify(paths)}`);
    }
    case 'USER': {
      const User = text(instruction.user);
      return withConfig({ User }, `USER ${User}`);
    }
    case 'WORKDIR': {
      const WorkingDir = absolutePath(config.WorkingDir || '/', text(instruction.path));
      return withConfig({ WorkingDir }, `WORKDIR ${WorkingDir}`);
    }
    case 'SHELL': return withConfig({ Shell: instruction.argv }, `SHELL ${JSON.stringify(instruction.argv)}`);
    case 'STOPSIGNAL': {
      const StopSignal = text(instruction.signal);
      if (!/^(?:SIG)?[A-Z]+\d*(?:[+-]\d+)?$|^\d+$/i.test(StopSignal) || Number(StopSignal) > 64) throw new InvalidParameter(`invalid signal: ${StopSignal}`);
      return withConfig({ StopSignal }, `STOPSIGNAL ${StopSignal}`);
    }
    case 'HEALTHCHECK': {
      const { command, intervalNs, timeoutNs, startPeriodNs, startIntervalNs, retries } = instruction;
      const Test = command === 'none' ? ['NONE'] : command.form === 'exec' ? ['CMD', ...command.argv] : ['CMD-SHELL', command.text];
      const Healthcheck = {
        Test,
        ...(intervalNs ? { Interval: intervalNs } : {}), ...(timeoutNs ? { Timeout: timeoutNs } : {}),
        ...(startPeriodNs ? { StartPeriod: startPeriodNs } : {}), ...(startIntervalNs ? { StartInterval: startIntervalNs } : {}), ...(retries ? { Retries: retries } : {}),
      };
      return withConfig({ Healthcheck }, `HEALTHCHECK ${JSON.stringify(Healthcheck)}`);
    }
    case 'ONBUILD': return withConfig({ OnBuild: [...(config.OnBuild ?? []), instruction.trigger] }, `ONBUILD ${instruction.trigger}`);
    case 'MAINTAINER': {
      return { state: { ...state, author: instruction.name }, text: `MAINTAINER ${instruction.name}` };
    }
    case 'FROM': case 'RUN': case 'COPY': case 'ADD': throw new Error(`${instruction.kind} is not only metadata`);
  }
}

/** argv of CMD, ENTRYPOINT or RUN: the shell form goes through SHELL. */
export function argvOf(command: Command, config: ContainerConfig): string[] {
  if (command.form === 'exec') return command.argv;
  return [...(config.Shell?.length ? config.Shell : DEFAULT_SHELL), command.text];
}

/** Build args a RUN gets in its environment besides ENV, sorted; proxy args apart, because they count for nothing else. */
export function runArgs(state: StageState, buildArgs: ReadonlyMap<string, string>): { counted: string[]; proxies: string[] } {
  const names = new Set((state.config.Env ?? []).map((entry) => entry.split('=', 1)[0] as string));
  const counted = [...state.args].filter(([name]) => !names.has(name) && !PROXY_ARGS.has(name)).map(([name, value]) => `${name}=${value}`);
  const proxies = [...buildArgs].filter(([name]) => PROXY_ARGS.has(name) && !names.has(name)).map(([name, value]) => `${name}=${value}`);
  return { counted: counted.sort(), proxies: proxies.sort() };
}

function withVariable(env: string[], [key, value]: readonly [string, string]): string[] {
  if (key === '') throw new InvalidParameter('ENV names can not be blank');
  const index = env.findIndex((entry) => entry === key || entry.startsWith(`${key}=`));
  return index < 0 ? [...env, `${key}=${value}`] : env.with(index, `${key}=${value}`);
}
