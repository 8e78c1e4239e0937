// The one door between renderer and main: everything the renderer may ask, one file per subject.
import { buildsContract } from './builds.ts';
import { containerLogsContract } from './container-logs.ts';
import { containerStatsContract } from './container-stats.ts';
import { containerToolsContract } from './container-tools.ts';
import { containersContract } from './containers.ts';
import { hostsContract } from './hosts.ts';
import { imagesContract } from './images.ts';
import { layersContract } from './layers.ts';
import { networksContract } from './networks.ts';
import { remoteContract } from './remote.ts';
import { registriesContract } from './registries.ts';
import { settingsContract } from './settings.ts';
import { systemContract } from './system.ts';
import { terminalsContract } from './terminals.ts';
import { volumesContract } from './volumes.ts';

export const contract = {
  hosts: hostsContract,
  system: systemContract,
  containers: containersContract,
  containerLogs: containerLogsContract,
  containerStats: containerStatsContract,
  containerTools: containerToolsContract,
  terminals: terminalsContract,
  images: imagesContract,
  layers: layersContract,
  builds: buildsContract,
  remote: remoteContract,
  registries: registriesContract,
  volumes: volumesContract,
  networks: networksContract,
  settings: settingsContract,
};
export type Contract = typeof contract;
