// Networks over the contract.
import type { NetworkDevices, NetworkRow } from '../contract/networks.ts';
import { reach } from '../networks/reach.ts';
import { rpc } from './base.ts';
import { isNotFound } from './not-found.ts';

const path = (id: string, verb = '') => `/networks/${encodeURIComponent(id)}${verb}`;

export const networksRouter = rpc.networks.router({
  list: rpc.networks.list.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<NetworkRow[]>('GET', '/networks', { signal })),
  inspect: rpc.networks.inspect.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<NetworkRow>('GET', path(input.id), { signal })),
  devices: rpc.networks.devices.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    return client.json<NetworkDevices>('GET', '/gantry/networks/devices', { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  }),
  create: rpc.networks.create.handler(async ({ context, input, signal }) => {
    const pools = (input.pools ?? []).filter(({ subnet }) => subnet).map(({ subnet, ipRange, gateway }) => ({ Subnet: subnet, ...(ipRange && { IPRange: ipRange }), ...(gateway && { Gateway: gateway }) }));
    const { Id, Warning } = await (await context.client(input.host, signal)).json<{ Id: string; Warning?: string }>('POST', '/networks/create', {
      json: {
        Name: input.name, Driver: input.driver, CheckDuplicate: true, Internal: input.internal ?? false, Attachable: input.attachable ?? input.driver === 'overlay', EnableIPv6: input.ipv6 ?? false,
        ...(pools.length > 0 && { IPAM: { Driver: 'default', Config: pools } }), Options: input.options ?? {}, Labels: input.labels ?? {},
      }, signal,
    });
    return { id: Id, warning: Warning ?? '' };
  }),
  remove: rpc.networks.remove.handler(async ({ context, input, signal }) => void await (await context.client(input.host, signal)).json('DELETE', path(input.id), { signal })),
  prune: rpc.networks.prune.handler(async ({ context, input, signal }) => {
    const { NetworksDeleted } = await (await context.client(input.host, signal)).json<{ NetworksDeleted?: string[] | null }>('POST', '/networks/prune', { signal });
    return { deleted: NetworksDeleted ?? [] };
  }),
  connect: rpc.networks.connect.handler(async ({ context, input, signal }) => void await (await context.client(input.host, signal)).json('POST', path(input.id, '/connect'), {
    json: { Container: input.container, EndpointConfig: { ...(input.aliases?.length && { Aliases: input.aliases }), ...(input.ipv4 && { IPAMConfig: { IPv4Address: input.ipv4 } }) } }, signal,
  })),
  disconnect: rpc.networks.disconnect.handler(async ({ context, input, signal }) =>
    void await (await context.client(input.host, signal)).json('POST', path(input.id, '/disconnect'), { json: { Container: input.container, Force: input.force ?? false }, signal })),
  reach: rpc.networks.reach.handler(async function* ({ context, input, signal }) {
    yield* reach(await context.client(input.host, signal), input, signal);
  }),
});
