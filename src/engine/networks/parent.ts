// The parent device of macvlan and ipvlan networks: one that is there, `eth0.10` made as a VLAN device, or none named: a
// dummy device, with which containers reach only each other. As Docker's drivers do it (moby libnetwork/drivers/macvlan).
import { listLinks, ipBatch, ipBatchForce } from '../tools/ip.ts';
import type { Log } from '../base/log.ts';
import { errorMessage, InvalidParameter, Unavailable } from '../wire/errors.ts';
import type { NetworkRecord } from './record.ts';

const MAX_VLAN = 4094; // IEEE 802.1Q

export const dummyParent = (networkId: string): string => `dm-${networkId.slice(0, 12)}`;

/** Makes the device when it is missing. True: it was made here. @throws InvalidParameter, Unavailable (the kernel lacks the driver) */
export async function ensureParent(record: NetworkRecord, { log }: { log: Log }): Promise<boolean> {
  const device = record.device ?? '';
  const links = await listLinks({ log });
  if (links.some(({ name }) => name === device)) return false;
  const lines = linesFor(device, record, (name) => links.some((link) => link.name === name));
  try {
    await ipBatch([...lines, `link set dev ${device} up`], { log });
  } catch (error) {
    if (/Unknown device type|not supported/i.test(errorMessage(error))) throw new Unavailable(`cannot make parent ${device} of network ${record.name}: this machine's kernel has no ${device.startsWith('dm-') ? 'dummy devices: name a parent with -o parent=' : 'VLAN devices (module 8021q)'}`, { cause: error });
    throw error;
  }
  return true;
}

export async function removeParent({ device }: NetworkRecord, { log }: { log: Log }): Promise<void> {
  await ipBatchForce([`link del dev ${device ?? ''}`], { log }); // it may be gone already: with its own parent, or at a reboot
}

function linesFor(device: string, record: NetworkRecord, exists: (name: string) => boolean): string[] {
  if (device === dummyParent(record.id)) return [`link add name ${device} type dummy`];
  const [, base = '', id = ''] = /^(.+)\.(\d+)$/.exec(device) ?? [];
  if (base === '') throw new InvalidParameter(`invalid parent ${device}: no such device on this machine; a VLAN of one that exists is named as in eth0.10`);
  if (!exists(base)) throw new InvalidParameter(`invalid parent ${device}: no such device ${base} on this machine`);
  if (Number(id) < 1 || Number(id) > MAX_VLAN) throw new InvalidParameter(`vlan id must be between 1-${MAX_VLAN}, received: ${id}`);
  return [`link add link ${base} name ${device} type vlan id ${Number(id)}`];
}
