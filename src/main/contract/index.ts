// The one door between renderer and main: everything the renderer may ask, one file per subject.
import { containerLogsContract } from './container-logs.ts';
import { containersContract } from './containers.ts';
import { hostsContract } from './hosts.ts';
import { imagesContract } from './images.ts';
import { remoteContract } from './remote.ts';
import { settingsContract } from './settings.ts';
import { systemContract } from './system.ts';

export const contract = {
  hosts: hostsContract,
  system: systemContract,
  containers: containersContract,
  containerLogs: containerLogsContract,
  images: imagesContract,
  remote: remoteContract,
  settings: settingsContract,
};
export type Contract = typeof contract;
