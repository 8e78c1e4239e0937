// The whole contract, implemented: one router per subject.
import { buildsRouter } from './builds.ts';
import { containerLogsRouter } from './containers-logs.ts';
import { containerStatsRouter } from './containers-stats.ts';
import { terminalsRouter } from './containers-terminals.ts';
import { containerToolsRouter } from './containers-tools.ts';
import { containersRouter } from './containers.ts';
import { hostsRouter } from './hosts.ts';
import { imagesRouter } from './images.ts';
import { layersRouter } from './layers.ts';
import { networksRouter } from './networks.ts';
import { remoteRouter } from './remote.ts';
import { registriesRouter } from './registries.ts';
import { settingsRouter } from './settings.ts';
import { systemRouter } from './system.ts';
import { volumesRouter } from './volumes.ts';

export const router = {
  hosts: hostsRouter,
  system: systemRouter,
  containers: containersRouter,
  containerLogs: containerLogsRouter,
  containerStats: containerStatsRouter,
  containerTools: containerToolsRouter,
  terminals: terminalsRouter,
  images: imagesRouter,
  layers: layersRouter,
  builds: buildsRouter,
  remote: remoteRouter,
  registries: registriesRouter,
  volumes: volumesRouter,
  networks: networksRouter,
  settings: settingsRouter,
};
