// The connection doctor: makes a new connection to a host, step by step, and says where it stops and what to do.
// It does the real thing with the real code; a separate set of probes could pass where the connection fails.

import { lookup } from 'node:dns/promises';
import { CONNECTION_STEPS, type ConnectionStep } from '../contract/problems.ts';
import type { DoctorEvent, DoctorStep } from '../contract/remote.ts';
import { createDockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { discover } from './discover.ts';
import type { SshTarget } from './ssh-target.ts';
import type { SshConnection } from './ssh/connection.ts';
import { findEngine } from './ssh/engine-route.ts';
import { openSsh, type OpenOptions } from './ssh/open.ts';
import { ConnectionProblem } from './ssh/problem.ts';

export interface DoctorInput {
  address: string;
  resolve(): Promise<SshTarget>;
  open: OpenOptions;
  socketPath: string | undefined;
}

const MINIMUM_API = '1.24';

/** Examine; ends after the first failed step. The last event is the report as text, without secrets. */
export async function* diagnose({ address, resolve, open, socketPath }: DoctorInput): AsyncGenerator<DoctorEvent> {
  const steps: DoctorStep[] = [];
  let began = performance.now();
  const done = (step: ConnectionStep, state: DoctorStep['state'], detail: string, problem?: ConnectionProblem): DoctorEvent => {
    const ms = Math.round(performance.now() - began);
    began = performance.now();
    const entry: DoctorStep = { step, state, detail, ms, ...(problem ? { problem: { ...problem.data, message: problem.message } } : {}) };
    steps.push(entry);
    return { kind: 'step', step: entry };
  };
  let connection: SshConnection | undefined;
  try {
    const target = await resolve();
    yield done('config', 'ok', describeTarget(target));
    if (target.proxyJump.length === 0 && target.proxyCommand === undefined) {
      const addresses = await lookup(target.hostName, { all: true }).catch(() => []); // a failure comes again below, as a problem
      if (addresses.length > 0) yield done('dns', 'ok', addresses.map((found) => found.address).join(', '));
    } else {
      yield done('dns', 'skipped', `through ${target.proxyJump.join(', ') || target.proxyCommand}`);
    }
    connection = await openSsh(target, open);
    yield done('tcp', 'ok', `${target.hostName} port ${target.port}`);
    yield done('banner', 'ok', connection.login.serverSoftware);
    yield done('host-key', 'ok', `known (${target.knownHostsFiles[0]})`);
    yield done('authentication', 'ok', `as ${target.user}: ${attemptsText(connection)}`);
    const facts = await discover(connection, { signal: open.signal, socketPath });
    const route = await findEngine(connection, { socketPath, signal: open.signal });
    yield done('engine-socket', 'ok', `${route.path} by ${route.mode}; ${facts.sockets.filter(({ state }) => state !== 'missing').map(({ path, state, owner }) => `${path} ${state} ${owner}`).join(', ')}`);
    yield done('permission', 'ok', `${facts.user} (${facts.groups.join(', ')})`);
    await using client = createDockerClient((call) => route.dial(call));
    const info = await engineInfo(client, open.signal);
    if (olderThan(info.apiVersion, MINIMUM_API)) throw new ConnectionProblem('api-too-old', { host: target.name, version: info.apiVersion, minimum: MINIMUM_API });
    const latencyMs = await connection.roundTripMs({ signal: open.signal });
    yield done('api', 'ok', `${info.name} ${info.version}, API ${info.apiVersion}, ${info.os}/${info.arch}; one round trip ${latencyMs.toFixed(1)} ms`);
  } catch (error) {
    open.signal.throwIfAborted();
    const problem = error instanceof ConnectionProblem ? error : new ConnectionProblem('config-invalid', { host: address, why: (error as Error).message }, { cause: error });
    // What comes before the failing step in the order of things has been passed.
    for (const step of CONNECTION_STEPS.slice(0, CONNECTION_STEPS.indexOf(problem.step))) {
      if (!steps.some((entry) => entry.step === step)) yield done(step, 'ok', '');
    }
    yield done(problem.step, 'failed', problem.message, problem);
  } finally {
    await connection?.[Symbol.asyncDispose]();
  }
  yield { kind: 'report', text: reportText(address, steps) };
}

/** The report for a colleague or an issue: no passwords are ever in it; key files appear by path and fingerprint only. */
export function reportText(address: string, steps: readonly DoctorStep[]): string {
  const lines = [`Gantry connection report for ${address}`, ''];
  for (const { step, state, detail, ms, problem } of steps) {
    lines.push(`${{ ok: '[ok]  ', failed: '[FAIL]', skipped: '[skip]' }[state]} ${step} (${ms} ms)${detail ? `: ${detail}` : ''}`);
    if (problem) lines.push(`       what to do: ${problem.fix}`);
  }
  return `${lines.join('\n')}\n`;
}

function describeTarget(target: SshTarget): string {
  const keys = target.identityFilesChosen ? `keys ${target.identityFiles.join(', ')}` : 'default keys';
  return [
    `${target.user}@${target.hostName}:${target.port}`, keys, target.agentSocket ? `agent ${target.agentSocket}` : 'no agent',
    ...(target.proxyJump.length > 0 ? [`through ${target.proxyJump.join(', ')}`] : []), ...target.notes,
  ].join('; ');
}

function attemptsText(connection: SshConnection): string {
  return connection.login.authenticator.attempts.map(({ method, what, result, why }) => [method, what, result, why].filter(Boolean).join(' ')).join('; ') || 'nothing was asked for';
}

function olderThan(version: string, minimum: string): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  const [c = 0, d = 0] = minimum.split('.').map(Number);
  return a < c || (a === c && b < d);
}
