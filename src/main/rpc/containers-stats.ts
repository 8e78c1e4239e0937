// What containers use, over the contract.
import { rpc } from './base.ts';

const forever = new AbortController().signal;

export const containerStatsRouter = rpc.containerStats.router({
  all: rpc.containerStats.all.handler(async function* ({ context, input, signal = forever }) {
    yield* context.stats.watch(input.host, signal);
  }),
  history: rpc.containerStats.history.handler(({ context, input }) => context.stats.history(input.host, input.id, input.sinceMs)),
});
