// "Can A reach B on port P?", answered from inside A with what A's image has: a shell and one of nc, bash, curl, wget, python.
// Works on any engine, because it is an exec. Each step is told as soon as it is known; the first failure ends it.
import type { ContainerDetail } from '../contract/containers.ts';
import type { ReachResult } from '../contract/networks.ts';
import type { DockerClient } from '../docker/client.ts';

export interface ReachQuestion { from: string; to: string; port: number }

/** What a container says of itself, as far as it matters here. */
type Facts = Pick<ContainerDetail, 'Name' | 'State' | 'HostConfig' | 'NetworkSettings'>;

export async function* reach(client: DockerClient, { from, to, port }: ReachQuestion, signal: AbortSignal | undefined): AsyncGenerator<ReachResult> {
  const [a, b] = await Promise.all([from, to].map((id) => client.json<Facts>('GET', `/containers/${encodeURIComponent(id)}/json`, { signal }))) as [Facts, Facts];
  for (const facts of [a, b]) {
    if (!facts.State.Running) return yield { step: 'running', state: 'failed', reason: 'notRunning', detail: nameOf(facts) };
  }
  yield { step: 'running', state: 'ok', reason: 'running', detail: `${nameOf(a)}, ${nameOf(b)}` };
  const common = commonNetwork(a, b);
  if (!common) return yield { step: 'network', state: 'failed', reason: 'noCommonNetwork', detail: `${networksOf(a).join(', ')} | ${networksOf(b).join(', ')}` };
  yield { step: 'network', state: 'ok', reason: 'common', detail: `${common.network}: ${common.address}` };
  const name = nameOf(b);
  if (common.network === 'bridge') yield { step: 'name', state: 'skipped', reason: 'defaultNetwork', detail: common.address };
  else {
    const looked = await execute(client, from, lookup(name), signal);
    if (looked.code === NO_TOOL) yield { step: 'name', state: 'skipped', reason: 'noTool', detail: name };
    else if (looked.code !== 0) return yield { step: 'name', state: 'failed', reason: 'noName', detail: lastLine(looked.output) || name };
    else yield { step: 'name', state: 'ok', reason: 'resolved', detail: `${name}: ${common.address}` };
  }
  const tried = await execute(client, from, connect(common.address, port), signal);
  if (tried.code === 0) return yield { step: 'port', state: 'ok', reason: 'open', detail: `${common.address}:${port}` };
  if (tried.code === NO_TOOL || tried.code === 126 || tried.code === 127) return yield { step: 'port', state: 'skipped', reason: 'noTool', detail: nameOf(a) };
  yield { step: 'port', state: 'failed', reason: reasonOf(tried.code, tried.output), detail: lastLine(tried.output) || `${common.address}:${port}` };
}

/** Where both meet, with B's address there; a shared namespace is B at localhost. */
export function commonNetwork(a: Facts, b: Facts): { network: string; address: string } | undefined {
  const mine = new Set(networksOf(a));
  const networks = Object.entries(b.NetworkSettings?.Networks ?? {}).filter(([name, { IPAddress }]) => IPAddress && mine.has(name));
  const [first] = networks.toSorted(([one]) => (one === 'bridge' ? 1 : -1));
  if (first) return { network: first[0], address: first[1].IPAddress ?? '' };
  const isShared = a.HostConfig?.NetworkMode === b.HostConfig?.NetworkMode && a.HostConfig?.NetworkMode === 'host';
  return isShared ? { network: 'host', address: '127.0.0.1' } : undefined;
}

/** The kernel's answer: refused at once, or nothing at all. Tools differ in their words, `timeout` in its code. */
export function reasonOf(code: number, output: string): 'refused' | 'filtered' | 'unreachable' {
  if (/refused/i.test(output)) return 'refused';
  if (/no route|unreachable/i.test(output)) return 'unreachable';
  return code === TIMED_OUT || /time/i.test(output) ? 'filtered' : 'refused';
}

const NO_TOOL = 99;
const TIMED_OUT = 124;
const nameOf = ({ Name }: Facts) => Name.replace(/^\//, '');
const networksOf = (facts: Facts) => Object.keys(facts.NetworkSettings?.Networks ?? {});
const lastLine = (text: string) => text.trim().split('\n').at(-1)?.trim() ?? '';

const lookup = (name: string): string => `
if command -v getent >/dev/null 2>&1; then getent hosts '${name}'; exit $?; fi
if command -v nslookup >/dev/null 2>&1; then nslookup '${name}'; exit $?; fi
if command -v python3 >/dev/null 2>&1; then python3 -c "import socket; print(socket.gethostbyname('${name}'))"; exit $?; fi
exit ${NO_TOOL}`;

const connect = (address: string, port: number): string => `
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 5'
if command -v nc >/dev/null 2>&1; then $limit nc -w 3 ${address} ${port} </dev/null; exit $?; fi
if command -v bash >/dev/null 2>&1; then $limit bash -c 'exec 3<>/dev/tcp/${address}/${port}'; exit $?; fi
if command -v python3 >/dev/null 2>&1; then python3 -c "import socket; socket.create_connection(('${address}', ${port}), 3)"; exit $?; fi
if command -v curl >/dev/null 2>&1; then curl -sS -o /dev/null --connect-timeout 3 -m 4 telnet://${address}:${port} </dev/null; code=$?; [ $code = 28 ] && exit ${TIMED_OUT}; exit $code; fi
exit ${NO_TOOL}`;

async function execute(client: DockerClient, container: string, script: string, signal: AbortSignal | undefined): Promise<{ code: number; output: string }> {
  const { Id } = await client.json<{ Id: string }>('POST', `/containers/${encodeURIComponent(container)}/exec`, {
    json: { Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true, Tty: true }, signal, // a terminal, so that the answer is plain text
  });
  const { stream } = await client.upgrade('POST', `/exec/${Id}/start`, { json: { Detach: false, Tty: true }, signal });
  let output = '';
  for await (const chunk of stream) output = (output + String(chunk)).slice(-4000);
  const { ExitCode } = await client.json<{ ExitCode: number | null }>('GET', `/exec/${Id}/json`, { signal });
  return { code: ExitCode ?? -1, output };
}
