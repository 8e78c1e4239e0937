// Preferences over the contract.
import { rpc } from './base.ts';

export const settingsRouter = rpc.settings.router({
  get: rpc.settings.get.handler(({ context }) => context.settings.preferences()),
  update: rpc.settings.update.handler(({ context, input }) => context.settings.update(dropUndefined(input))),
  app: rpc.settings.app.handler(({ context }) => context.app),
});

/** zod's optional keys may be present and undefined; ours may not. */
function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
