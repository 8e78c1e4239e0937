// Makes and removes the network namespaces of containers. A namespace lives as long as its file is mounted or a process is in it.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from '../base/log.ts';
import { mount, MS, unmount } from '../kernel/mounts.ts';
import { ask, deviceIndex, openRouteSocket } from '../kernel/netlink.ts';
import { makeNetns } from '../kernel/netns-sockets.ts';
import { ipBatch, ipBatchIn, ipBatchInNew } from '../tools/ip.ts';
import { addressLines, insideLines, outsideLines, routeLines, sublinkLines } from './links.ts';
import { errorMessage, Unavailable } from '../wire/errors.ts';
import { gatewayEndpoint } from './plan.ts';
import type { Endpoint, NetworkRecord } from './record.ts';
import { insideRequests, outsideRequests } from './wire-requests.ts';

export interface Wiring {
  endpoints: readonly Endpoint[];
  recordOf(networkId: string): NetworkRecord;
  /** which network is the way out */
  priorityOf(networkId: string): number;
}

export const netnsFile = (folder: string, containerId: string): string => join(folder, containerId);

/** Makes the namespace with its devices, addresses and routes. */
export async function makeNamespace(file: string, wiring: Wiring, options: { signal?: AbortSignal | undefined; log: Log }): Promise<void> {
  await writeFile(file, '', { flag: 'a', mode: 0o600 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(join(file, '..'), { recursive: true, mode: 0o711 });
    await writeFile(file, '', { mode: 0o600 });
  });
  const { pairs, sublinks } = byKind(wiring);
  if (sublinks.length === 0) return connectPairs(file, pairs, wiring);
  const routes = defaultRoutes(wiring);
  await ipBatchInNew(file, ['link set dev lo up', ...pairs.flatMap(([endpoint, record]) => insideLines(endpoint, record, process.pid)), ...(sublinks.length > 0 ? [] : routes)], options);
  await ipBatch(pairs.flatMap(([endpoint, record]) => outsideLines(endpoint, record)), options);
  for (const [endpoint, record] of sublinks) await makeSublink(endpoint, record, file, options);
  if (sublinks.length > 0) await ipBatchIn(file, [...sublinks.flatMap(([endpoint]) => addressLines(endpoint)), ...routes], options);
}

/** Bridges only, as nearly every container has it: asked of the kernel directly. */
function connectPairs(file: string, pairs: readonly (readonly [Endpoint, NetworkRecord])[], { endpoints, priorityOf }: Wiring): void {
  const fds = makeNetns(file);
  let outside: number | undefined;
  try {
    outside = openRouteSocket();
    for (const [position, [endpoint, record]] of pairs.entries()) ask(outside, outsideRequests(endpoint, record, position, { netnsFd: fds.netns, bridgeIndex: deviceIndex(record.device ?? '') }));
    ask(fds.route, insideRequests(endpoints, waysOut(endpoints, priorityOf)));
  } finally {
    for (const fd of [fds.netns, fds.route, outside]) if (fd !== undefined) closeSync(fd);
  }
}

function waysOut(endpoints: readonly Endpoint[], priorityOf: (networkId: string) => number): { device: string; gateway: string }[] {
  return (['gateway4', 'gateway6'] as const).flatMap((key) => {
    const endpoint = gatewayEndpoint(endpoints, priorityOf, key);
    return endpoint?.[key] ? [{ device: endpoint.device, gateway: endpoint[key] }] : [];
  });
}

/** Binds the namespace of a running process to a file, so that it can be worked in by name. */
export async function holdNamespace(file: string, pid: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
  mount(`/proc/${pid}/ns/net`, file, null, MS.bind);
}

/** Adds one device to a namespace in use. */
export async function addToNamespace(file: string, added: Endpoint, wiring: Wiring, log: Log): Promise<void> {
  const record = wiring.recordOf(added.networkId);
  const inside = added.hostDevice === null ? addressLines(added) : insideLines(added, record, process.pid);
  if (added.hostDevice === null) await makeSublink(added, record, file, { log });
  await ipBatchIn(file, [...inside, ...defaultRoutes(wiring, 'replace')], { log });
  if (added.hostDevice !== null) await ipBatch(outsideLines(added, record), { log });
}

export async function removeFromNamespace(file: string, removed: Endpoint, wiring: Wiring, log: Log): Promise<void> {
  await ipBatchIn(file, [`link del dev ${removed.device}`, ...defaultRoutes(wiring, 'replace')], { log });
}

/** The last process in it may live a moment longer; its devices go with it. */
export async function removeNamespace(file: string): Promise<void> {
  unmount(file);
  await rm(file, { force: true });
}

/** Files of namespaces nobody knows of. */
export async function sweepNamespaces(folder: string, isKnown: (containerId: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]); // none yet
  await Promise.all(names.filter((name) => !isKnown(name)).map((name) => removeNamespace(netnsFile(folder, name))));
}

/** @throws Unavailable when the kernel lacks the driver */
async function makeSublink(endpoint: Endpoint, record: NetworkRecord, file: string, options: { signal?: AbortSignal | undefined; log: Log }): Promise<void> {
  try {
    await ipBatch(sublinkLines(endpoint, record, file), options);
  } catch (error) {
    if (/Unknown device type|not supported/i.test(errorMessage(error))) throw new Unavailable(`network ${record.name}: this machine's kernel has no ${record.driver} devices (module ${record.driver}) or ${record.device ?? ''} cannot carry them`, { cause: error });
    throw error;
  }
}

function byKind({ endpoints, recordOf }: Wiring) {
  const all = endpoints.map((endpoint) => [endpoint, recordOf(endpoint.networkId)] as const);
  return { pairs: all.filter(([endpoint]) => endpoint.hostDevice !== null), sublinks: all.filter(([endpoint]) => endpoint.hostDevice === null) };
}

function defaultRoutes({ endpoints, recordOf, priorityOf }: Wiring, verb: 'add' | 'replace' = 'add'): string[] {
  const routes = routeLines({ endpoint4: gatewayEndpoint(endpoints, priorityOf, 'gateway4'), endpoint6: gatewayEndpoint(endpoints, priorityOf, 'gateway6') }, verb);
  if (routes.length > 0) return routes;
  // ipvlan l3 routes by device alone
  const layer3 = endpoints.find(({ networkId }) => { const record = recordOf(networkId); return record.driver === 'ipvlan' && (record.options['ipvlan_mode'] ?? 'l2') !== 'l2' && !record.internal; });
  return layer3 ? [`route ${verb} default dev ${layer3.device}`] : [];
}
