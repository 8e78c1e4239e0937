// Writes /etc/hosts, /etc/resolv.conf and /etc/hostname of a container into its folder and says how they are mounted.
// They are bind mounts of single files: later changes must write into the same inode, never rename over it.
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { shortId } from '../base/ids.ts';
import type { HostConfig } from '@docker/node-sdk';
import type { NetworkedContainer, OciMount } from '../needs.ts';
import { containerResolvConf, extraHosts, parseResolvConf, renderHosts, renderResolvConf, type HostsEntry, type ResolvConf } from './hosts-file.ts';
import { bareAddress, type Endpoint } from './record.ts';

const FILES = ['hosts', 'resolv.conf', 'hostname'] as const;

/** Address of the name server in a namespace with user-defined networks; the one Docker has, because images rely on it. */
export const NAME_SERVER = '127.0.0.11';

/** The host's resolvers; of systemd-resolved the real ones behind its stub. */
export async function hostResolvers(): Promise<ResolvConf> {
  const read = async (path: string) => parseResolvConf(await readFile(path, 'utf8').catch(() => '')); // a machine without resolvers
  const conf = await read('/etc/resolv.conf');
  return conf.nameservers.every((server) => server === '127.0.0.53') ? { ...conf, ...await read('/run/systemd/resolve/resolv.conf') } : conf;
}

export interface FilesContent {
  endpoints: readonly Endpoint[];
  /** names of linked containers */
  linked: readonly HostsEntry[];
  hostGateway: string;
  /** null: the names of the network are not served */
  resolvConf: ResolvConf;
  servesNames: boolean;
}

export function resolvConfFor(container: NetworkedContainer, host: ResolvConf): ResolvConf {
  const { Dns, DnsSearch, DnsOptions } = container.hostConfig;
  return containerResolvConf(host, { dns: Dns, search: DnsSearch, options: DnsOptions });
}

/** Whom our name server asks: it asks from the engine's own namespace, so that a resolver on this machine's loopback will do. */
export function forwardersFor({ hostConfig }: NetworkedContainer, host: ResolvConf): string[] {
  const asked = containerResolvConf(host, { dns: hostConfig.Dns }).nameservers;
  return hostConfig.Dns?.length || host.nameservers.length === 0 ? asked : host.nameservers;
}

export async function writeContainerFiles(container: NetworkedContainer, content: FilesContent): Promise<OciMount[]> {
  const name = container.config.Hostname || shortId(container.id);
  const names = container.config.Domainname ? [`${name}.${container.config.Domainname}`, name] : [name];
  const own = content.endpoints.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].filter((text) => text !== null).map((text) => ({ address: bareAddress(text), names })));
  const conf = content.servesNames
    ? { ...content.resolvConf, nameservers: [NAME_SERVER], options: content.resolvConf.options.some((option) => option.startsWith('ndots:')) ? content.resolvConf.options : [...content.resolvConf.options, 'ndots:0'] }
    : content.resolvConf;
  await Promise.all([
    writeFile(join(container.folder, 'hosts'), renderHosts([...extraHosts(container.hostConfig.ExtraHosts ?? [], content.hostGateway), ...content.linked, ...own])),
    writeFile(join(container.folder, 'resolv.conf'), renderResolvConf(conf)),
    writeFile(join(container.folder, 'hostname'), `${name}\n`),
  ]);
  return fileMounts(container.folder, container.hostConfig);
}

/** Network mode host: the host's own files, copied. */
export async function copyHostFiles(container: NetworkedContainer): Promise<OciMount[]> {
  const hosts = await readFile('/etc/hosts', 'utf8').catch(() => renderHosts([]));
  const extra = extraHosts(container.hostConfig.ExtraHosts ?? [], '127.0.0.1').map(({ address, names }) => `${address}\t${names.join(' ')}\n`).join('');
  const { Dns, DnsSearch, DnsOptions } = container.hostConfig;
  const host = parseResolvConf(await readFile('/etc/resolv.conf', 'utf8').catch(() => ''));
  const conf = { nameservers: Dns?.length ? Dns : host.nameservers, search: DnsSearch?.length ? DnsSearch : host.search, options: DnsOptions?.length ? DnsOptions : host.options };
  await Promise.all([
    writeFile(join(container.folder, 'hosts'), `${hosts}${extra}`),
    writeFile(join(container.folder, 'resolv.conf'), renderResolvConf(conf)),
    writeFile(join(container.folder, 'hostname'), `${container.config.Hostname || hostname()}\n`),
  ]);
  return fileMounts(container.folder, container.hostConfig);
}

/** Mounts of the files in `folder`, as writable as the root of the container they are mounted in. */
export const fileMounts = (folder: string, { ReadonlyRootfs }: HostConfig): OciMount[] =>
  FILES.map((name) => ({ destination: `/etc/${name}`, type: 'bind', source: join(folder, name), options: ['rbind', 'rprivate', ...(ReadonlyRootfs ? ['ro'] : [])] }));
