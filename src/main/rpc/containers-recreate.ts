// Replaces a container by an edited one. The old one is kept, under another name, until the new one runs (and is healthy, if it
// has a check); whatever fails before that brings the old one back as it was.
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, System } from '../../engine/wire/errors.ts';
import type { RecreateStep } from '../contract/container-tools.ts';
import type { ContainerDetail } from '../contract/containers.ts';
import type { DockerClient } from '../docker/client.ts';

export interface Recreation { id: string; name: string; body: Record<string, unknown>; healthTimeoutMs: number }

interface Endpoint { Aliases?: string[] | null; IPAMConfig?: unknown; Links?: string[] | null; DriverOpts?: unknown }

export async function* recreate(client: DockerClient, wish: Recreation, signal: AbortSignal | undefined): AsyncGenerator<RecreateStep> {
  const path = (id: string, verb = '') => `/containers/${encodeURIComponent(id)}${verb}`;
  const old = await client.json<ContainerDetail>('GET', path(wish.id, '/json'), { signal });
  const oldName = old.Name.replace(/^\//, '');
  const keptName = `${oldName}-before-${Date.now().toString(36)}`;
  // Undo runs in reverse order, and without the signal: what was begun is put back even when the window was closed.
  const undo: (() => Promise<unknown>)[] = [];
  let newId: string | undefined;
  try {
    if (old.State.Running) {
      yield { step: 'stop' };
      await client.json('POST', path(old.Id, '/stop'), { signal });
      undo.push(() => client.json('POST', path(old.Id, '/start')));
    }
    yield { step: 'rename', message: keptName };
    await client.json('POST', path(old.Id, '/rename'), { query: { name: keptName }, signal });
    undo.push(() => client.json('POST', path(old.Id, '/rename'), { query: { name: oldName } }));

    yield { step: 'create' };
    const { first, others } = splitNetworks(wish.body, old.Id);
    const made = await client.json<{ Id: string }>('POST', '/containers/create', { query: { name: wish.name || oldName }, json: first, signal });
    newId = made.Id;
    undo.push(() => client.json('DELETE', path(made.Id), { query: { force: true } }));
    for (const [network, endpoint] of others) {
      yield { step: 'connect', id: made.Id, message: network };
      await client.json('POST', `/networks/${encodeURIComponent(network)}/connect`, { json: { Container: made.Id, EndpointConfig: endpoint }, signal });
    }
    if (old.State.Running) {
      yield { step: 'start', id: made.Id };
      await client.json('POST', path(made.Id, '/start'), { signal });
      yield { step: 'health', id: made.Id };
      await settle(client, made.Id, wish.healthTimeoutMs, signal);
    }
  } catch (error) {
    yield { step: 'failed', message: errorMessage(error) };
    const problems: unknown[] = [];
    for (const step of undo.toReversed()) await step().catch((problem: unknown) => problems.push(problem));
    if (problems.length > 0) throw new System(`the old container could not be put back fully: ${problems.map(errorMessage).join('; ')}`);
    yield { step: 'restored', id: old.Id };
    return;
  }
  yield { step: 'cleanup', message: keptName };
  await client.json('DELETE', path(old.Id), { query: { force: true } });
  yield { step: 'done', ...(newId === undefined ? {} : { id: newId }) };
}

/** Create takes one network on older engines; the rest are connected afterwards. Addresses the old container was given are not asked for. */
export function splitNetworks(body: Record<string, unknown>, oldId: string): { first: Record<string, unknown>; others: [string, Endpoint][] } {
  const endpoints = Object.entries((body['NetworkingConfig'] as { EndpointsConfig?: Record<string, Endpoint> } | undefined)?.EndpointsConfig ?? {}).map(
    ([name, { Aliases, IPAMConfig, Links, DriverOpts }]): [string, Endpoint] => [
      name,
      { ...(Aliases ? { Aliases: Aliases.filter((alias) => !oldId.startsWith(alias)) } : {}), ...(IPAMConfig ? { IPAMConfig } : {}), ...(Links ? { Links } : {}), ...(DriverOpts ? { DriverOpts } : {}) },
    ],
  );
  const mode = (body['HostConfig'] as { NetworkMode?: string } | undefined)?.NetworkMode;
  const main = endpoints.find(([name]) => name === mode) ?? endpoints[0];
  return {
    first: { ...body, NetworkingConfig: { EndpointsConfig: main ? { [main[0]]: main[1] } : {} } },
    others: endpoints.filter((endpoint) => endpoint !== main),
  };
}

const LOOK_EVERY_MS = 250;
/** A container without a check counts as good when it still runs after this long. */
const PROBATION_MS = 1500;

/** @throws System when it ends, or is unhealthy, or does not become healthy in time */
async function settle(client: DockerClient, id: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  const startedMs = Date.now();
  for (;;) {
    const { State } = await client.json<ContainerDetail>('GET', `/containers/${id}/json`, { signal });
    const health = State.Health && State.Health.Status !== 'none' ? State.Health : undefined;
    if (!State.Running && !(State.Status === 'exited' && State.ExitCode === 0)) throw new System(`the new container ended with exit code ${State.ExitCode}${State.Error ? `: ${State.Error}` : ''}`);
    if (health?.Status === 'unhealthy') throw new System(`the new container is unhealthy: ${health.Log?.at(-1)?.Output.trim() ?? ''}`);
    const waitedMs = Date.now() - startedMs;
    if (health ? health.Status === 'healthy' : waitedMs >= PROBATION_MS) return;
    if (waitedMs > timeoutMs) throw new System(`the new container was not healthy after ${Math.round(timeoutMs / 1000)} s`);
    await sleep(LOOK_EVERY_MS, undefined, signal ? { signal } : {});
  }
}
