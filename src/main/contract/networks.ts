// Networks as the renderer may ask for them. Docker's names are kept as they are on the wire.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export interface NetworkPoolRow { Subnet?: string; IPRange?: string; Gateway?: string; AuxiliaryAddresses?: Record<string, string> }

/** Engine API, GET /networks and /networks/{id}; `Containers` is filled only by the latter. */
export interface NetworkRow {
  Id: string;
  Name: string;
  Created: string;
  Driver: string;
  Scope: string;
  Internal: boolean;
  Attachable: boolean;
  Ingress?: boolean;
  EnableIPv6: boolean;
  IPAM?: { Driver?: string; Config?: NetworkPoolRow[] | null };
  Containers?: Record<string, { Name: string; EndpointID: string; MacAddress: string; IPv4Address: string; IPv6Address: string }> | null;
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

export const NETWORK_DRIVERS = ['bridge', 'macvlan', 'ipvlan', 'overlay'] as const;
export type NetworkDriver = (typeof NETWORK_DRIVERS)[number];

/** The steps of "can A reach B on port P?", in the order they are tried. */
export const REACH_STEPS = ['running', 'network', 'name', 'port'] as const;
export type ReachStep = (typeof REACH_STEPS)[number];
export interface ReachResult {
  step: ReachStep;
  state: 'ok' | 'failed' | 'skipped';
  /** why, as a key of the texts: notRunning, noCommonNetwork, noName, refused, filtered, noTool, open … */
  reason: string;
  /** what was seen: addresses, names, the tool's last words */
  detail: string;
}

/** What our own engine tells of the kernel's side; GET /gantry/networks/devices. */
export interface NetworkDevices {
  /** of the machine, the way out first; no bridges of the engine, no veth ends */
  interfaces: { name: string; addresses: string[]; isUp: boolean; isDefault: boolean }[];
  /** both ends of each container's devices; addresses with prefix length */
  endpoints: { containerId: string; networkId: string; device: string; hostDevice: string | null; ipv4: string | null; ipv6: string | null }[];
  /** container id -> `net:[4026532281]` */
  namespaces: Record<string, string>;
}

const hostRef = z.object({ host: z.string() });
const ref = hostRef.extend({ id: z.string().min(1) });
const pool = z.object({ subnet: z.string().optional(), ipRange: z.string().optional(), gateway: z.string().optional() });

export const networksContract = {
  list: oc.input(hostRef).output(type<NetworkRow[]>()),
  inspect: oc.input(ref).output(type<NetworkRow>()),
  /** null: another product's engine, which does not tell */
  devices: oc.input(hostRef).output(type<NetworkDevices | null>()),
  create: oc.input(hostRef.extend({
    name: z.string().min(1), driver: z.enum(NETWORK_DRIVERS), internal: z.boolean().optional(), attachable: z.boolean().optional(), ipv6: z.boolean().optional(),
    pools: z.array(pool).max(8).optional(), options: z.record(z.string(), z.string()).optional(), labels: z.record(z.string(), z.string()).optional(),
  })).output(type<{ id: string; warning: string }>()),
  remove: oc.input(ref).output(type<void>()),
  prune: oc.input(hostRef).output(type<{ deleted: string[] }>()),
  connect: oc.input(ref.extend({ container: z.string().min(1), aliases: z.array(z.string()).optional(), ipv4: z.string().optional() })).output(type<void>()),
  disconnect: oc.input(ref.extend({ container: z.string().min(1), force: z.boolean().optional() })).output(type<void>()),
  /** Tried from inside `from`; ends at the first step that fails. */
  reach: oc.input(hostRef.extend({ from: z.string().min(1), to: z.string().min(1), port: z.number().int().min(1).max(65535) })).output(eventIterator(type<ReachResult>())),
};
