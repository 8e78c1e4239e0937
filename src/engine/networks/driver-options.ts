// What the drivers' options may say, checked when a network is made. Pure.
// Wording of the errors: moby libnetwork/drivers/{bridge,macvlan,ipvlan}.
import { isIP } from 'node:net';
import { InvalidParameter } from '../wire/errors.ts';
import type { NetworkDriver } from './record.ts';

const BOOLEANS = ['bridge.enable_icc', 'bridge.enable_ip_masquerade', 'bridge.inhibit_ipv4'];
const BOOLEAN = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/; // Go's strconv.ParseBool
const MODES: Partial<Record<NetworkDriver, { key: string; modes: readonly string[] }>> = {
  macvlan: { key: 'macvlan_mode', modes: ['bridge', 'private', 'passthru', 'vepa'] },
  ipvlan: { key: 'ipvlan_mode', modes: ['l2', 'l3', 'l3s'] },
};

/** @throws InvalidParameter */
export function checkDriverOptions(driver: NetworkDriver, options: Readonly<Record<string, string>>): void {
  const mtu = options['com.docker.network.driver.mtu'];
  if (mtu !== undefined && !/^\d+$/.test(mtu)) throw new InvalidParameter(`failed to parse com.docker.network.driver.mtu value: ${mtu} (a number of bytes is needed)`);
  for (const name of driver === 'bridge' ? BOOLEANS : []) {
    const value = options[`com.docker.network.${name}`];
    if (value !== undefined && !BOOLEAN.test(value)) throw new InvalidParameter(`failed to parse com.docker.network.${name} value: ${value} (true or false is needed)`);
  }
  const binding = options['com.docker.network.bridge.host_binding_ipv4'];
  if (driver === 'bridge' && binding !== undefined && isIP(binding) !== 4) throw new InvalidParameter(`failed to parse com.docker.network.bridge.host_binding_ipv4 value: ${binding} (an IPv4 address is needed)`);
  const known = MODES[driver];
  const mode = known && options[known.key];
  if (known && mode !== undefined && !known.modes.includes(mode)) throw new InvalidParameter(`requested ${driver} mode '${mode}' is not valid, '${known.modes[0] ?? ''}' mode is the ${driver} driver default`);
  if ((driver === 'macvlan' || driver === 'ipvlan') && options['parent'] === 'lo') throw new InvalidParameter(`loopback interface is not a valid ${driver} parent link`);
}
