// The networks of this engine: one JSON file each in the data root; bridge, host and none are always there.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../base/ids.ts';
import { readJson, sweepTemporary, writeJson } from '../base/json-file.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';
import { DEFAULT_POOLS, formatAddress, formatSubnet, nextFree, nextSubnet, type Subnet } from './addresses.ts';
import { poolsOf, type NetworkDriver, type NetworkRecord } from './record.ts';

export interface NetworkStore {
  list(): NetworkRecord[];
  byName(name: string): NetworkRecord | undefined;
  byId(id: string): NetworkRecord | undefined;
  /** By name, id or unique id prefix. @throws NotFound, InvalidParameter when a prefix is ambiguous */
  find(nameOrId: string): NetworkRecord;
  save(record: NetworkRecord): Promise<void>;
  remove(id: string): Promise<void>;
  /** subnets of all networks */
  subnets(): Subnet[];
}

/** @param defaultBridge device of the default network */
export async function openNetworkStore(folder: string, defaultBridge: string): Promise<NetworkStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepTemporary(folder);
  const records = new Map<string, NetworkRecord>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json'))) {
    const record = await readJson<NetworkRecord>(join(folder, name));
    if (record) records.set(record.id, record);
  }
  const store: NetworkStore = {
    list: () => [...records.values()],
    byName: (name) => [...records.values()].find((record) => record.name === name),
    byId: (id) => records.get(id),
    find(nameOrId) {
      const exact = store.byName(nameOrId) ?? records.get(nameOrId);
      if (exact) return exact;
      const matches = nameOrId === '' ? [] : [...records.values()].filter(({ id }) => id.startsWith(nameOrId));
      if (matches.length > 1) throw new InvalidParameter(`network ${nameOrId} is ambiguous (${matches.length} matches found on ID prefix)`);
      if (!matches[0]) throw new NotFound(`network ${nameOrId} not found`);
      return matches[0];
    },
    async save(record) {
      await writeJson(join(folder, `${record.id}.json`), record);
      records.set(record.id, record);
    },
    async remove(id) {
      await rm(join(folder, `${id}.json`), { force: true });
      records.delete(id);
    },
    subnets: () => [...records.values()].filter(({ configOnly }) => !configOnly).flatMap((record) => poolsOf(record).map(({ subnet }) => subnet)),
  };
  const bridge = store.byName('bridge');
  if (!bridge) await store.save(defaultNetwork(defaultBridge, [...store.subnets(), ...await routedSubnets()]));
  else if (bridge.device !== defaultBridge) await store.save({ ...bridge, device: defaultBridge });
  for (const [name, driver] of [['host', 'host'], ['none', 'null']] as const) {
    if (!store.byName(name)) await store.save(predefined(name, driver));
  }
  return store;
}

/** Subnets that this machine has routes to, without the default route (/proc/net/route, hexadecimal in host byte order). */
export async function routedSubnets(): Promise<Subnet[]> {
  const text = await readFile('/proc/net/route', 'utf8').catch(() => ''); // no IPv4 at all
  const number = (hex: string) => BigInt(`0x${hex.match(/../g)?.toReversed().join('') ?? '0'}`);
  return text.split('\n').slice(1).flatMap((line) => {
    const fields = line.split('\t');
    const [destination, mask] = [fields[1], fields[7]];
    if (destination === undefined || mask === undefined || mask === '00000000') return [];
    const prefix = number(mask).toString(2).split('1').length - 1;
    return [{ family: 4 as const, base: number(destination) & number(mask), prefix }];
  });
}

function predefined(name: string, driver: NetworkDriver): NetworkRecord {
  return {
    id: randomId(), name, driver, created: new Date().toISOString(), internal: false, attachable: false, enableIPv4: true, enableIPv6: false,
    ipam: { Driver: 'default', Config: [] }, hasOwnSubnet: false, options: {}, labels: {}, device: null,
  };
}

function defaultNetwork(device: string, used: readonly Subnet[]): NetworkRecord {
  const subnet = nextSubnet(DEFAULT_POOLS, used);
  if (!subnet) throw new InvalidParameter('no free subnet for the default network: every default address pool overlaps a route of this machine');
  const gateway = nextFree({ subnet }, new Set());
  return {
    ...predefined('bridge', 'bridge'),
    device,
    ipam: { Driver: 'default', Config: [{ Subnet: formatSubnet(subnet), ...(gateway && { Gateway: formatAddress(gateway) }) }] },
    options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': 'true',
      'com.docker.network.bridge.enable_ip_masquerade': 'true',
      'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
      'com.docker.network.bridge.name': device,
      'com.docker.network.driver.mtu': '1500',
    },
  };
}
