// The composition root: opens every domain in order, wires them, collects their routes. The only place that does so.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createEventBus } from './base/events.ts';
import type { Log } from './base/log.ts';
import { buildRoutes } from './api/routes/build.ts';
import { diskUsageRoutes } from './api/routes/disk-usage.ts';
import { imageRoutes } from './api/routes/images.ts';
import { layerRoutes } from './api/routes/layers.ts';
import { networkRoutes } from './api/routes/networks.ts';
import { systemRoutes } from './api/routes/system.ts';
import { volumeRoutes, volumeUsage } from './api/routes/volumes.ts';
import type { Route } from './api/router.ts';
import { openBuilder, type Builder } from './build/builder.ts';
import { cacheEntries } from './build/prune.ts';
import { probeMachine } from './containers/machine.ts';
import { createRunStep } from './containers/run-step.ts';
import { openSeccompCache } from './containers/seccomp-cache.ts';
import { openDataRoot } from './data-root.ts';
import { openImages } from './images/images.ts';
import { isInUserNamespace } from './kernel/user-namespace.ts';
import type { NetworkUsers } from './needs.ts';
import { openNetworks } from './networks/networks.ts';
import { openVolumes } from './volumes/volumes.ts';
import { NotFound } from './wire/errors.ts';

export interface EngineOptions {
  /** images, layers, volumes, container records; survives reboots */
  dataRoot: string;
  /** mounts, sockets, runtime state; gone after a reboot */
  runRoot: string;
  log: Log;
  /** proxies (HTTP_PROXY…) and DOCKER_CONFIG are looked up here */
  environment?: Record<string, string | undefined>;
}

export interface Engine extends AsyncDisposable {
  routes: Route[];
}

/**
 * Opens the engine on its data root. Containers that run are found again; they keep running after dispose.
 * @throws Unavailable when another engine holds the data root, System when it cannot be used
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataRoot, runRoot, log } = options;
  await using undo = new AsyncDisposableStack();
  undo.use(await openDataRoot(dataRoot));
  await mkdir(runRoot, { recursive: true, mode: 0o711 });
  const events = createEventBus();
  let builder: Builder | undefined; // images ask it what its cache needs, long after both are open
  const images = undo.use(await openImages({ dataRoot, environment: options.environment ?? {}, isRootless: isInUserNamespace(), events, log, users: () => [], chainsInUse: () => builder?.roots() ?? [] }));

  // given to networks before the containers are open: they ask only while serving requests
  const containerUsers: NetworkUsers = {
    find: (idOrName) => { throw new NotFound(`No such container: ${idOrName}`); },
    list: () => [],
    saveEndpoints: async () => {},
  };
  const networks = undo.use(await openNetworks({ dataRoot, runRoot, events, log, users: () => containerUsers }));
  const volumes = await openVolumes({ dataRoot, runRoot, events, log, users: () => [], pluginFolders: [join(runRoot, 'plugins'), '/run/docker/plugins', '/etc/docker/plugins', '/usr/lib/docker/plugins'] });

  const machine = await probeMachine({ runRoot, log });
  const runStep = createRunStep({ machine, seccomp: openSeccompCache(join(dataRoot, 'seccomp'), machine.runtime), runRoot, networks: networks.forContainers });
  builder = undo.use(await openBuilder({
    images: images.images, snapshots: images.snapshots, runStep, events, log, nodeArch: process.arch,
    dataFolder: join(dataRoot, 'build'), runFolder: join(runRoot, 'build'), collect: () => images.collector.collect(),
  }));

  const routes: Route[] = [
    ...systemRoutes({ events, identityFile: join(dataRoot, 'engine-id'), dataRoot, counts: () => ({ containers: 0, running: 0, paused: 0, stopped: 0, images: images.images.list().length }) }),
    ...imageRoutes(images),
    ...layerRoutes(images),
    ...networkRoutes(networks),
    ...volumeRoutes(volumes),
    ...buildRoutes(builder),
    ...diskUsageRoutes({ images, containers: async () => [], volumes: () => volumeUsage(volumes), buildCache: () => cacheEntries(builder as Builder) }),
  ];
  log.info('engine open', { dataRoot, runRoot });
  const stack = undo.move();
  return { routes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
