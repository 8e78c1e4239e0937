// What every procedure can reach.
import type { Builds } from '../builds/builds.ts';
import type { AppInfo } from '../contract/settings.ts';
import type { DockerClient } from '../docker/client.ts';
import type { Hosts } from '../hosts/hosts.ts';
import type { Explorer } from '../layers/explorer.ts';
import type { LogViews } from '../logs/views.ts';
import type { Remote } from '../hosts/ssh-remote.ts';
import type { CredentialStore } from '../registries/docker-config.ts';
import type { Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import type { StatsRecorder } from '../stats/recorder.ts';
import type { Terminals } from '../terminals/sessions.ts';
import type { Catalog } from '../volumes/catalog.ts';
import type { Schedules } from '../volumes/schedules.ts';
import type { Transfers } from './transfers.ts';

export interface RpcContext {
  hosts: Hosts;
  remote: Remote;
  settings: Settings;
  secrets: Secrets;
  /** passwords of registries */
  credentials: CredentialStore;
  transfers: Transfers;
  explorer: Explorer;
  builds: Builds;
  logViews: LogViews;
  stats: StatsRecorder;
  terminals: Terminals;
  backups: Catalog;
  schedules: Schedules;
  app: AppInfo;
  /** The Docker client of a host, connected. */
  client(hostId: string, signal?: AbortSignal): Promise<DockerClient>;
}
