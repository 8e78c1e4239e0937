// The builder: takes requests, runs builds, keeps their cache and history. engine.ts opens it and gives it to the routes.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../base/ids.ts';
import type { ChainId } from '../base/digest.ts';
import type { EventBus } from '../base/events.ts';
import type { Log } from '../base/log.ts';
import type { Images, RunStep, Snapshots } from '../needs.ts';
import { openCacheMounts, type CacheMounts } from './cache-mounts.ts';
import { openCacheStore, type CacheStore } from './cache-store.ts';
import { channel } from './channel.ts';
import type { BuildEvent } from './events.ts';
import { openHistory, type History } from './history.ts';
import { sweepLayers } from './execute/layer.ts';
import type { BuildRequest } from './request.ts';
import { runBuild } from './run-build.ts';

export interface BuilderOptions {
  images: Images;
  snapshots: Snapshots;
  runStep: RunStep;
  events: EventBus;
  log: Log;
  /** cache, history and scratch space; on the file system of the layers, so that files can be moved into them */
  dataFolder: string;
  /** mount points and secrets; in memory where the run root is */
  runFolder: string;
  /** Removes layers that nothing needs any more, after a prune. */
  collect: () => Promise<unknown>;
  /** process.arch */
  nodeArch: string;
}

export interface BuilderParts extends BuilderOptions { cache: CacheStore; cacheMounts: CacheMounts }

export interface RunningBuild { id: string; events: AsyncIterable<BuildEvent> }

export interface Builder extends AsyncDisposable {
  /** Starts at once; aborting `signal` stops it within a second. The events end with an `ended` one. */
  start(request: BuildRequest, body: AsyncIterable<Buffer>, signal: AbortSignal): RunningBuild;
  /** False when no such build runs. */
  cancel(id: string): boolean;
  history: History;
  cache: CacheStore;
  cacheMounts: CacheMounts;
  /** Layer stacks that cached steps need. */
  roots(): ChainId[];
  /** Number of builds that run now. */
  running(): number;
  collect(): Promise<unknown>;
}

/** Opens the builder and removes what a killed engine left of its builds. */
export async function openBuilder(options: BuilderOptions): Promise<Builder> {
  const { dataFolder, runFolder, snapshots, log } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await mkdir(runFolder, { recursive: true, mode: 0o700 });
  await sweepLayers(snapshots, join(dataFolder, 'snapshots'), join(runFolder, 'mounts'));
  for (const folder of [join(dataFolder, 'work'), runFolder]) {
    for (const name of await readdir(folder).catch(() => [])) if (name !== 'mounts') await rm(join(folder, name), { recursive: true, force: true }); // no folder yet: first start
  }
  const cache = await openCacheStore(dataFolder);
  const cacheMounts = openCacheMounts(join(dataFolder, 'cache-mounts'));
  const history = await openHistory(join(dataFolder, 'history'));
  const parts: BuilderParts = { ...options, cache, cacheMounts };
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();

  return {
    history,
    cache,
    cacheMounts,
    roots: () => cache.records().flatMap(({ chainId }) => chainId ?? []),
    running: () => running.size,
    collect: options.collect,
    cancel(id) {
      const build = running.get(id);
      build?.abort.abort();
      return build !== undefined;
    },
    start(request, body, signal) {
      const id = randomId().slice(0, 25);
      const abort = new AbortController();
      const events = channel<BuildEvent>();
      const recorder = history.record(id);
      options.events.publish('builder', 'start', id);
      const work = async () => {
        await runBuild(id, request, body, parts, (event) => {
          recorder.add(event);
          events.push(event);
        }, AbortSignal.any([signal, abort.signal]));
        await recorder.end();
        options.events.publish('builder', 'end', id);
      };
      const done = work().then(() => events.close(), (error: unknown) => {
        log.error('build ended unexpectedly', { id, error });
        events.close(error);
      }).finally(() => running.delete(id));
      running.set(id, { abort, done });
      return { id, events };
    },
    async [Symbol.asyncDispose]() {
      for (const { abort } of running.values()) abort.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
      await cache.flush();
    },
  };
}
