// The composition root: opens every domain in order, wires them, collects their routes. The only place that does so.
import { join } from 'node:path';
import { createEventBus } from './base/events.ts';
import type { Log } from './base/log.ts';
import { buildRoutes } from './api/routes/build.ts';
import { diskUsageRoutes } from './api/routes/disk-usage.ts';
import { imageRoutes } from './api/routes/images.ts';
import { layerRoutes } from './api/routes/layers.ts';
import { networkRoutes } from './api/routes/networks.ts';
import { swarmRoutes } from './api/routes/swarm.ts';
import { eventRoutes } from './api/routes/events.ts';
import { systemRoutes } from './api/routes/system.ts';
import { volumeRoutes, volumeUsage } from './api/routes/volumes.ts';
import type { Route } from './api/router.ts';
import { openBuilder, type Builder } from './build/builder.ts';
import { cacheEntries } from './build/prune.ts';
import { containerRoutes } from './api/routes/containers.ts';
import { execRoutes } from './api/routes/exec.ts';
import { Execs } from './containers/exec.ts';
import { containerFileRoutes } from './api/routes/container-files.ts';
import { containerObserveRoutes } from './api/routes/container-observe.ts';
import { runtimeFacts } from './containers/machine.ts';
import { openContainers, type Containers } from './containers/containers.ts';
import { imageUsers, networkUsers, volumeUsers, watched } from './containers/seen.ts';
import { listContainers, noFilters } from './containers/list.ts';
import { commitWhilePaused } from './containers/commit-paused.ts';
import { openContainerRoot } from './containers/open-root.ts';
import { publish } from './containers/parts.ts';
import { createStats } from './containers/stats.ts';
import { applyChanges } from './build/changes.ts';
import { openDataRoot, openRunRoot } from './data-root.ts';
import { openImages } from './images/images.ts';
import { preciseNow } from './kernel/clock.ts';
import { isInUserNamespace } from './kernel/user-namespace.ts';
import { openNetworks } from './networks/networks.ts';
import { proxyFacts } from './registry/proxy-facts.ts';
import { openVolumes } from './volumes/volumes.ts';

export interface EngineOptions {
  /** images, layers, volumes, container records; survives reboots */
  dataRoot: string;
  /** mounts, sockets, runtime state; gone after a reboot */
  runRoot: string;
  log: Log;
  /** proxies (HTTP_PROXY…), DOCKER_CONFIG and ROOTLESSKIT_STATE_DIR are looked up here */
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
  await openRunRoot(runRoot);
  const events = createEventBus(preciseNow);
  // images, networks and volumes ask the builder and the containers who uses them, long after all are open
  let builder: Builder | undefined;
  let containers: Containers | undefined;
  const all = () => containers?.parts.store.all() ?? [];
  const isRootless = isInUserNamespace();
  const images = undo.use(await openImages({ dataRoot, environment: options.environment ?? {}, isRootless, events, log, users: () => imageUsers(all()), chainsInUse: () => builder?.roots() ?? [] }));
  const networks = undo.use(await openNetworks({ dataRoot, runRoot, events, log, rootlesskitState: options.environment?.['ROOTLESSKIT_STATE_DIR'], users: () => networkUsers(containers?.parts) }));
  const volumes = await openVolumes({ dataRoot, runRoot, events, log, users: () => volumeUsers(all()), pluginFolders: [join(runRoot, 'plugins'), '/run/docker/plugins', '/etc/docker/plugins', '/usr/lib/docker/plugins'] });
  containers = undo.use(await openContainers({ dataRoot, runRoot, events, log, environment: options.environment ?? {}, images: images.images, snapshots: images.snapshots, networks: networks.forContainers, volumes: volumes.forContainers }));
  const { parts, machine, runStep, counts } = containers;
  builder = undo.use(await openBuilder({
    images: images.images, snapshots: images.snapshots, runStep, events, log, nodeArch: process.arch,
    dataFolder: join(dataRoot, 'build'), runFolder: join(runRoot, 'build'), collect: () => images.collector.collect(),
  }));

  await containers.restore();
  await volumes.adopt();
  const stats = createStats();
  const find = (idOrName: string) => parts.store.find(idOrName);
  // what a killed engine's pull, load or removal left without an owner
  undo.use({ [Symbol.asyncDispose]: ((sweep) => () => sweep)(images.collector.collect().then(() => {}, (error: unknown) => log.warn('could not remove orphans', { error }))) });

  const routes: Route[] = [
    ...eventRoutes(events),
    ...systemRoutes({
      identityFile: join(dataRoot, 'engine-id'), dataRoot, counts: () => ({ ...counts(), images: images.images.list().length }),
      facts: () => ({ ...runtimeFacts(machine), ...proxyFacts(options.environment ?? {}) }),
    }),
    ...containerRoutes(parts),
    ...execRoutes(parts, new Execs()),
    ...containerObserveRoutes({ stats, find: (idOrName) => watched(find(idOrName)), layersOf: (id) => (parts.snapshots.has(id) ? parts.snapshots.paths(id) : null), tell: (id, action) => publish(parts, find(id), action) }),
    ...containerFileRoutes({
      isRootless,
      openRoot: (idOrName) => openContainerRoot(parts, find(idOrName), idOrName),
      tell: (idOrName, action) => publish(parts, find(idOrName), action),
      commit: (idOrName, commit) => commitWhilePaused(parts, find(idOrName), commit, applyChanges),
    }),
    ...imageRoutes(images),
    ...layerRoutes(images),
    ...networkRoutes(networks),
    ...volumeRoutes(volumes),
    ...swarmRoutes(),
    ...buildRoutes(builder, process.arch),
    ...diskUsageRoutes({ images, containers: () => listContainers(parts, { all: true, limit: 0, size: true, filters: noFilters }), volumes: () => volumeUsage(volumes), buildCache: () => cacheEntries(builder as Builder) }),
  ];
  log.info('engine open', { dataRoot, runRoot });
  const stack = undo.move();
  return { routes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
