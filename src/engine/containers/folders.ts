// Where a container's files are.
//   DATA/containers/ID/   record.json, log, log.1 …, conmon/ (its exit code, for after a reboot), hosts, hostname, resolv.conf
//   RUN/containers/ID/    the bundle: config.json, rootfs (mount), pid, conmon.pid, ctl, attach, out and err (FIFOs)
//   RUN/exits/ID          written by conmon when the container ended
//   RUN/attach/ID         link to the bundle, made by conmon because socket paths are short
import { join } from 'node:path';

export interface Folders {
  data(id?: string): string;
  record(id: string): string;
  log(id: string): string;
  persist(id: string): string;
  run(id?: string): string;
  rootfs(id: string): string;
  exits: string;
  exit(id: string): string;
  sockets: string;
}

export function containerFolders(dataRoot: string, runRoot: string): Folders {
  const data = (id = '') => join(dataRoot, 'containers', id);
  const run = (id = '') => join(runRoot, 'containers', id);
  const exits = join(runRoot, 'exits');
  return {
    data,
    record: (id) => join(data(id), 'record.json'),
    log: (id) => join(data(id), 'log'),
    persist: (id) => join(data(id), 'conmon'),
    run,
    rootfs: (id) => join(run(id), 'rootfs'),
    exits,
    exit: (id) => join(exits, id),
    sockets: join(runRoot, 'attach'),
  };
}
