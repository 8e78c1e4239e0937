// The doctor for hosts without SSH: TCP with or without TLS, and sockets of this machine. As with SSH it does the real thing.

import { lookup } from 'node:dns/promises';
import { connect as netConnect, isIP } from 'node:net';
import { CONNECTION_STEPS, type ConnectionStep } from '../contract/problems.ts';
import type { DoctorEvent, DoctorStep } from '../contract/remote.ts';
import type { HostConfig } from '../contract/hosts.ts';
import { createDockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { reportText } from './doctor.ts';
import { opened } from './sockets.ts';
import { ConnectionProblem } from './ssh/problem.ts';
import { tcpProblem, tlsConnector } from './tls.ts';
import { socketConnector, socketProblem } from './unix.ts';

type DirectConfig = Extract<HostConfig, { kind: 'tcp' | 'unix' }>;
interface Found { step: ConnectionStep; detail: string }

/** Examine; ends after the first failed step. The last event is the report as text, without secrets. */
export async function* diagnoseDirect(config: DirectConfig, signal: AbortSignal): AsyncGenerator<DoctorEvent> {
  const steps: DoctorStep[] = [];
  let began = performance.now();
  const done = (entry: Omit<DoctorStep, 'ms'>): DoctorEvent => {
    const step = { ...entry, ms: Math.round(performance.now() - began) };
    began = performance.now();
    steps.push(step);
    return { kind: 'step', step };
  };
  const address = config.kind === 'tcp' ? tlsConnector.address(config) : socketConnector.address(config);
  try {
    for await (const found of config.kind === 'tcp' ? throughTcp(config, signal) : throughSocket(config, signal)) yield done({ ...found, state: 'ok' });
  } catch (error) {
    signal.throwIfAborted();
    const problem = error instanceof ConnectionProblem ? error : new ConnectionProblem('api-garbage', { host: address, path: address, sample: (error as Error).message }, { cause: error });
    for (const step of CONNECTION_STEPS.slice(0, CONNECTION_STEPS.indexOf(problem.step))) {
      if (steps.length > 0 && !steps.some((entry) => entry.step === step) && stepsOf(config).includes(step)) yield done({ step, state: 'ok', detail: '' });
    }
    yield done({ step: problem.step, state: 'failed', detail: problem.message, problem: { ...problem.data, message: problem.message } });
  }
  yield { kind: 'report', text: reportText(address, steps) };
}

function stepsOf(config: DirectConfig): ConnectionStep[] {
  return config.kind === 'tcp' ? ['config', 'dns', 'tcp', 'api'] : ['config', 'engine-socket', 'permission', 'api'];
}

async function* throughTcp(config: Extract<DirectConfig, { kind: 'tcp' }>, signal: AbortSignal): AsyncGenerator<Found> {
  const { hostname, port, tls } = config;
  const certificates = [tls?.caPath, tls?.certPath, tls?.keyPath].filter(Boolean).join(', ');
  yield { step: 'config', detail: tls ? `TLS${tls.verify ? '' : ', the server\'s certificate is not checked'}${certificates ? `; ${certificates}` : ''}` : 'without TLS' };
  if (!isIP(hostname)) {
    const addresses = await lookup(hostname, { all: true }).catch((error: unknown) => { throw tcpProblem(error, config); });
    yield { step: 'dns', detail: addresses.map((found) => found.address).join(', ') };
  }
  const socket = await opened(netConnect({ host: hostname, port }), 'connect', signal).catch((error: unknown) => { throw tcpProblem(error, config); });
  const from = socket.remoteAddress;
  socket.destroy();
  yield { step: 'tcp', detail: `${from ?? hostname} port ${port}` };
  await using connection = await tlsConnector.connect(config, { hostId: 'doctor', signal });
  yield { step: 'api', detail: await describe((call) => connection.dial(call), signal) };
}

async function* throughSocket(config: Extract<DirectConfig, { kind: 'unix' }>, signal: AbortSignal): AsyncGenerator<Found> {
  yield { step: 'config', detail: config.socketPath };
  const socket = await opened(netConnect({ path: config.socketPath }), 'connect', signal).catch(async (error: unknown) => { throw await socketProblem(error, config.socketPath); });
  socket.destroy();
  yield { step: 'engine-socket', detail: 'something listens there' };
  yield { step: 'permission', detail: '' };
  await using connection = await socketConnector.connect(config, { hostId: 'doctor', signal });
  yield { step: 'api', detail: await describe((call) => connection.dial(call), signal) };
}

async function describe(dial: Parameters<typeof createDockerClient>[0], signal: AbortSignal): Promise<string> {
  await using client = createDockerClient(dial);
  const info = await engineInfo(client, signal);
  return `${info.name} ${info.version}, API ${info.apiVersion}, ${info.os}/${info.arch}`;
}
