// Registries over the contract. Browsing uses routes that only Gantry's engine has; for others that is said before anything is asked.
import { NotImplemented } from '../../engine/wire/errors.ts';
import type { RemoteImage } from '../contract/registries.ts';
import type { CallOptions } from '../docker/client.ts';
import { rpc } from './base.ts';
import type { RpcContext } from './context.ts';
import { authHeaders } from './registry-auth.ts';

async function browse<T>(context: RpcContext, input: { host: string; address: string }, path: string, call: CallOptions): Promise<T> {
  const client = await context.client(input.host, call.signal ?? undefined);
  const product = context.hosts.list().find((host) => host.id === input.host)?.engine?.product;
  if (product !== 'gantry') throw new NotImplemented('this host’s engine cannot browse registries; choose a host that runs Gantry’s engine');
  return client.json<T>('GET', path, { ...call, headers: await authHeaders(context.credentials, input.address) });
}

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export const registriesRouter = rpc.registries.router({
  list: rpc.registries.list.handler(async ({ context }) => {
    const known = await context.credentials.known();
    const added = context.settings.registries().filter((address) => !known.some((entry) => entry.address === address));
    return [...known, ...added.map((address) => ({ address }))].toSorted((a, b) => a.address.localeCompare(b.address));
  }),
  add: rpc.registries.add.handler(({ context, input }) => context.settings.saveRegistries([...new Set([...context.settings.registries(), input.address])])),
  remove: rpc.registries.remove.handler(async ({ context, input }) => {
    if ((await context.credentials.known()).some((entry) => entry.address === input.address)) await context.credentials.delete(input.address);
    await context.settings.saveRegistries(context.settings.registries().filter((address) => address !== input.address));
  }),
  test: rpc.registries.test.handler(async ({ context, input, signal }) => void (await browse(context, input, `/gantry/registries/${encodeURIComponent(input.address)}/ping`, { signal }))),
  login: rpc.registries.login.handler(async ({ context, input, signal }) => {
    const { username, password, address } = input;
    const client = await context.client(input.host, signal);
    await client.json('POST', '/auth', { json: { username, password, serveraddress: address === 'docker.io' ? 'https://index.docker.io/v1/' : address }, signal });
    return { keptIn: await context.credentials.set(address, { username, password }) };
  }),
  logout: rpc.registries.logout.handler(async ({ context, input }) => {
    await context.credentials.delete(input.address);
    await context.settings.saveRegistries([...new Set([...context.settings.registries(), input.address])]);
  }),
  repositories: rpc.registries.repositories.handler(({ context, input, signal }) =>
    browse<{ repositories: string[]; isCut: boolean }>(context, input, `/gantry/registries/${encodeURIComponent(input.address)}/repositories`, { query: { filter: input.filter, limit: 5000 }, signal })),
  tags: rpc.registries.tags.handler(({ context, input, signal }) =>
    browse<{ name: string; tags: string[] }>(context, input, `/gantry/registries/${encodeURIComponent(input.address)}/tags/${encoded(input.repository)}`, { signal })),
  image: rpc.registries.image.handler(({ context, input, signal }) => {
    const separator = input.tag.startsWith('sha256:') ? '@' : ':';
    return browse<RemoteImage>(context, input, `/gantry/registry-image/${encoded(`${input.address}/${input.repository}${separator}${input.tag}`)}`, { signal });
  }),
});
