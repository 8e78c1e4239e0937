// The packet filter as a running thing: changes are gathered into one nft transaction at a time, and whatever somebody
// else removed from our table is put back from the records.
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import type { Log } from '../base/log.ts';
import { changeElements, MAX_CHANGES } from '../kernel/nft-elements.ts';
import { applyRules, hasRules, watchRemovals } from '../tools/nft.ts';
import { portElements, renderPortChange, renderRemoval, renderTable, type FirewallState, type PortTarget } from './firewall.ts';

export interface PacketFilter {
  /** Writes the whole table from the records. */
  renew(): Promise<void>;
  /** Adds and removes published ports; the table is written anew when it is damaged. */
  change(change: { add?: readonly PortTarget[]; remove?: readonly PortTarget[] }): Promise<void>;
  /** Takes the table away. */
  drop(): Promise<void>;
  /** Stops watching; the table stays. */
  close(): void;
}

const SETTLE_MS = 100; // a flush arrives as many lines

/** @param state what the records say now; read at the moment of writing */
export function createPacketFilter(state: () => FirewallState, log: Log): PacketFilter {
  const { table } = state();
  let isUp = false;
  let waiting: { add: PortTarget[]; remove: PortTarget[]; whole: boolean; done: PromiseWithResolvers<void> } | undefined;
  let running: Promise<void> = Promise.resolve();
  let watcher: ChildProcess | undefined;
  let settling: NodeJS.Timeout | undefined;

  const write = async (batch: NonNullable<typeof waiting>) => {
    if (!batch.whole && isUp) {
      const elements = portElements(batch);
      if (elements.length === 0) return;
      try {
        if (elements.length > MAX_CHANGES) await applyRules(renderPortChange(table, batch), { log });
        else changeElements(table, elements);
        return;
      } catch (error) {
        log.warn('the firewall table was changed from outside; writing it anew', { table, error });
      }
    }
    await applyRules(renderTable(state()), { log });
    isUp = true;
    watch();
  };
  const enqueue = (fill: (batch: NonNullable<typeof waiting>) => void): Promise<void> => {
    if (!waiting) {
      const batch = (waiting = { add: [], remove: [], whole: false, done: Promise.withResolvers<void>() });
      running = running.then(async () => {
        if (waiting === batch) waiting = undefined;
        await write(batch).then(batch.done.resolve, batch.done.reject);
      });
    }
    fill(waiting);
    return waiting.done.promise;
  };
  const repair = async () => {
    if (isUp && !(await hasRules(table, 'forwarding'))) {
      log.warn('the firewall table was removed from outside; writing it anew', { table });
      await enqueue((batch) => { batch.whole = true; });
    }
  };
  const watch = () => {
    if (watcher) return;
    const child = (watcher = watchRemovals());
    child.on('error', (error) => log.warn('cannot watch the firewall', { error }));
    child.on('exit', () => { if (watcher === child) watcher = undefined; });
    child.unref();
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!new RegExp(`^delete (table|chain|rule) inet ${table}\\b`).test(line)) return;
      clearTimeout(settling);
      settling = setTimeout(() => void running.then(repair).catch((error: unknown) => log.warn('the firewall could not be repaired', { error })), SETTLE_MS);
    });
  };
  const close = () => {
    clearTimeout(settling);
    const child = watcher;
    watcher = undefined;
    child?.kill();
  };
  return {
    renew: () => enqueue((batch) => { batch.whole = true; }),
    change: ({ add = [], remove = [] }) => enqueue((batch) => {
      // a port that goes and comes within one batch only changes its target
      batch.remove.push(...remove);
      batch.add.push(...add);
    }),
    async drop() {
      close();
      isUp = false;
      running = running.then(() => applyRules(renderRemoval(table), { log }));
      await running;
    },
    close,
  };
}
