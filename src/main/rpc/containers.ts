// Containers over the contract: each procedure is one call of the Engine API.
import type { ContainerDetail, ContainerRow } from '../contract/containers.ts';
import type { DockerClient } from '../docker/client.ts';
import { rpc } from './base.ts';
import { containerRow } from './container-row.ts';
import { containerLogs } from './container-logs.ts';

const path = (id: string, verb: string) => `/containers/${encodeURIComponent(id)}${verb}`;
const post = (client: DockerClient, id: string, verb: string, signal: AbortSignal | undefined, query = {}) => client.json<void>('POST', path(id, verb), { query, signal });

export const containersRouter = rpc.containers.router({
  list: rpc.containers.list.handler(async ({ context, input, signal }) => (await (await context.client(input.host, signal)).json<ContainerRow[]>('GET', '/containers/json', { query: { all: true }, signal })).map((row) => containerRow(row))),
  inspect: rpc.containers.inspect.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<ContainerDetail>('GET', path(input.id, '/json'), { signal })),
  create: rpc.containers.create.handler(async ({ context, input, signal }) =>
    (await context.client(input.host, signal)).json<{ Id: string; Warnings: string[] }>('POST', '/containers/create', { query: { name: input.name || undefined }, json: input.body, signal })),
  start: rpc.containers.start.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/start', signal)),
  stop: rpc.containers.stop.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/stop', signal, { t: input.timeoutSeconds, signal: input.signal })),
  restart: rpc.containers.restart.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/restart', signal, { t: input.timeoutSeconds })),
  kill: rpc.containers.kill.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/kill', signal, { signal: input.signal })),
  pause: rpc.containers.pause.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/pause', signal)),
  unpause: rpc.containers.unpause.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/unpause', signal)),
  rename: rpc.containers.rename.handler(async ({ context, input, signal }) => post(await context.client(input.host, signal), input.id, '/rename', signal, { name: input.name })),
  remove: rpc.containers.remove.handler(async ({ context, input, signal }) =>
    (await context.client(input.host, signal)).json<void>('DELETE', path(input.id, ''), { query: { force: input.force, v: input.volumes }, signal })),
  logs: rpc.containers.logs.handler(async function* ({ context, input, signal }) {
    yield* containerLogs(await context.client(input.host, signal), input, signal);
  }),
});
