// Bridges and the firewall table exist while a container uses them, and a moment longer, so that containers that come one
// after the other do not pay for them each time. Records say what should be there; this makes it so.
import { writeFile } from 'node:fs/promises';
import { keyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import { ipBatch, ipBatchForce, listLinks } from '../tools/ip.ts';
import { Conflict, errorMessage } from '../wire/errors.ts';
import { createPacketFilter, type PacketFilter } from './filter.ts';
import { bridgeLines } from './links.ts';
import { ensureParent } from './parent.ts';
import { firewallNetwork, poolsOf, type NetworkRecord, type Sandbox } from './record.ts';

export interface Topology {
  filter: PacketFilter;
  /** The bridge and its rules are there when this resolves. */
  ensure(record: NetworkRecord): Promise<void>;
  /** Call when a container left: what nobody uses goes after a while. */
  settle(): void;
  /** Takes down at once what nobody uses. */
  sweep(): Promise<void>;
  /** After a restart: bridges and rules of the networks in use, and the master of each veth, as the records say; what a crash left goes. */
  repair(records: readonly NetworkRecord[]): Promise<void>;
  /** Stops watching and waiting; what is in use stays. */
  close(): Promise<void>;
}

export interface TopologyNeeds {
  table: string;
  recordOf(networkId: string): NetworkRecord | undefined;
  sandboxes(): Iterable<Sandbox>;
  log: Log;
  lingerMs: number;
}

export function createTopology({ table, recordOf, sandboxes, log, lingerMs }: TopologyNeeds): Topology {
  const live = new Map<string, NetworkRecord>();
  const locks = keyedLocks();
  let timer: NodeJS.Timeout | undefined;
  const filter = createPacketFilter(() => ({
    table,
    networks: [...live.values()].map(firewallNetwork),
    ports: [...sandboxes()].flatMap(({ ports }) => ports),
  }), log);
  const used = () => new Set([...sandboxes()].flatMap(({ endpoints }) => endpoints.map(({ networkId }) => networkId)));

  const bringUp = async (record: NetworkRecord) => {
    await enableForwarding(poolsOf(record).some(({ subnet }) => subnet.family === 6));
    try {
      await ipBatch(bridgeLines(record, table), { log });
    } catch (error) {
      if (!errorMessage(error).includes('File exists')) throw error;
      // the bridge of an engine that crashed, or one that the user made: addresses are added, the rest is kept
      const [, , ...configuration] = bridgeLines(record, table); // without making and marking it
      await ipBatchForce(configuration, { log });
      const link = (await listLinks()).find(({ name }) => name === record.device);
      if (!link) throw new Conflict(`cannot make bridge ${record.device ?? ''}`, { cause: error });
    }
    await writeFile(`/proc/sys/net/ipv4/conf/${record.device ?? ''}/route_localnet`, '1');
    live.set(record.id, record);
    await filter.renew();
  };
  const sweep = () => locks.run('topology', async () => {
    const wanted = used();
    const idle = [...live.values()].filter(({ id }) => !wanted.has(id));
    if (idle.length === 0) return;
    for (const { id } of idle) live.delete(id);
    const made = new Set((await listLinks({ log })).filter(({ alias }) => alias === table).map(({ name }) => name)); // a bridge of the user's own stays
    await ipBatchForce(idle.filter(({ device }) => made.has(device ?? '')).map(({ device }) => `link del dev ${device ?? ''}`), { log });
    await (live.size === 0 ? filter.drop() : filter.renew());
  });
  return {
    filter,
    async ensure(record) {
      if (record.driver === 'macvlan' || record.driver === 'ipvlan') await ensureParent(record, { log });
      if (record.driver !== 'bridge' || live.has(record.id)) return;
      await locks.run('topology', async () => {
        if (!live.has(record.id)) await bringUp(record);
      });
    },
    settle() {
      clearTimeout(timer);
      timer = setTimeout(() => void sweep().catch((error: unknown) => log.warn('idle networks could not be taken down', { error })), lingerMs);
      timer.unref();
    },
    sweep,
    async repair(records) {
      await locks.run('topology', async () => {
        const links = new Map((await listLinks()).map((link) => [link.name, link]));
        for (const record of records) {
          if (record.driver !== 'bridge') continue;
          if (!links.has(record.device ?? '')) await bringUp(record);
          live.set(record.id, record);
        }
        const lost = [...sandboxes()].flatMap(({ endpoints }) => endpoints).filter(({ hostDevice, networkId }) =>
          hostDevice !== null && links.has(hostDevice) && links.get(hostDevice)?.master !== recordOf(networkId)?.device);
        await ipBatchForce(lost.map(({ hostDevice, networkId }) => `link set dev ${hostDevice ?? ''} master ${recordOf(networkId)?.device ?? ''} up`), { log });
        const devices = new Set([...live.values()].map(({ device }) => device));
        const abandoned = [...links.values()].filter(({ name, alias }) => alias === table && !devices.has(name));
        await ipBatchForce(abandoned.map(({ name }) => `link del dev ${name}`), { log });
        if (live.size > 0) await filter.renew();
        else await filter.drop().catch((error: unknown) => log.warn('firewall rules of an earlier engine could not be removed', { error }));
      });
    },
    async close() {
      clearTimeout(timer);
      await sweep();
      filter.close();
    },
  };
}

async function enableForwarding(withIpv6: boolean): Promise<void> {
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  if (withIpv6) await writeFile('/proc/sys/net/ipv6/conf/all/forwarding', '1');
}
