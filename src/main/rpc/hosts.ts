// Hosts over the contract.
import { rpc } from './base.ts';
import { createChannel } from './channel.ts';

export const hostsRouter = rpc.hosts.router({
  list: rpc.hosts.list.handler(({ context }) => context.hosts.list()),
  watch: rpc.hosts.watch.handler(async function* ({ context, signal }) {
    const changes = createChannel<true>({ signal, latestOnly: true });
    using _subscription = context.hosts.subscribe(() => changes.push(true));
    yield context.hosts.list();
    for await (const _change of changes) yield context.hosts.list();
  }),
  config: rpc.hosts.config.handler(({ context, input }) => context.hosts.config(input.host)),
  add: rpc.hosts.add.handler(({ context, input }) => context.hosts.add(input)),
  update: rpc.hosts.update.handler(({ context, input }) => context.hosts.update(input.host, input.config)),
  remove: rpc.hosts.remove.handler(({ context, input }) => context.hosts.remove(input.host)),
  reconnect: rpc.hosts.reconnect.handler(({ context, input, signal }) => context.hosts.reconnect(input.host, signal)),
  test: rpc.hosts.test.handler(({ context, input, signal }) => context.hosts.test(input, signal ?? AbortSignal.timeout(30_000))),
});
