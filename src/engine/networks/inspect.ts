// Networks and endpoints in the words of the Engine API (v1.47: schemas Network, EndpointSettings, NetworkSettings). Pure.
import type { EndpointSettings, NetworkInspect, NetworkSettings, PortBinding } from '@docker/node-sdk';
import type { NetworkedContainer } from '../needs.ts';
import { wishedNetworks } from './plan.ts';
import { portKey } from './published-ports.ts';
import { bareAddress, isUserDefined, type Endpoint, type NetworkRecord, type Sandbox } from './record.ts';
import type { NetworkStore } from './store.ts';

/** `GET /networks/{id}`; `Containers` only there, not in lists. */
export function inspectNetwork(record: NetworkRecord, sandboxes?: Iterable<Sandbox>): NetworkInspect {
  const inside = [...sandboxes ?? []].flatMap((sandbox) => sandbox.endpoints.filter(({ networkId }) => networkId === record.id).map((endpoint) => [sandbox, endpoint] as const));
  return {
    Name: record.name, Id: record.id, Created: record.created, Scope: 'local', Driver: record.driver,
    EnableIPv4: record.enableIPv4, EnableIPv6: record.enableIPv6,
    IPAM: { Driver: record.ipam.Driver ?? 'default', Options: (record.ipam.Options ?? null) as Record<string, string>, Config: record.ipam.Config ?? [] },
    Internal: record.internal, Attachable: record.attachable, Ingress: false, ConfigFrom: { Network: record.configFrom ?? '' }, ConfigOnly: record.configOnly ?? false,
    Containers: Object.fromEntries(inside.map(([sandbox, endpoint]) => [sandbox.containerId, {
      Name: sandbox.containerName, EndpointID: endpoint.endpointId, MacAddress: endpoint.mac, IPv4Address: endpoint.ipv4 ?? '', IPv6Address: endpoint.ipv6 ?? '',
    }])),
    Options: record.options, Labels: record.labels,
  };
}

const wishOf = (wish: EndpointSettings) => ({
  IPAMConfig: wish.IPAMConfig ?? null, Links: wish.Links ?? null, Aliases: wish.Aliases ?? null, DriverOpts: wish.DriverOpts ?? null, GwPriority: wish.GwPriority ?? 0,
});

/** What inspect says of a container's networks, running or not. */
export function networkSettings(container: NetworkedContainer, sandbox: Sandbox | undefined, store: NetworkStore): NetworkSettings {
  const endpointOf = (record: NetworkRecord | undefined) => sandbox?.endpoints.find(({ networkId }) => networkId === record?.id);
  const mode = container.hostConfig.NetworkMode ?? '';
  const wishes = mode.startsWith('container:') ? [] : wishedNetworks(container);
  const networks = Object.fromEntries(wishes.map(([name, wish]) => {
    const record = store.byName(name) ?? store.byId(name);
    return [record?.name ?? name, endpointSettings(record, wish, endpointOf(record))];
  }));
  const own = sandbox?.sharedWith === null ? sandbox : undefined;
  const bridge = endpointOf(store.byName('bridge'));
  return {
    Bridge: '', SandboxID: own?.containerId ?? '', SandboxKey: own?.netns ?? '', HairpinMode: false,
    LinkLocalIPv6Address: '', LinkLocalIPv6PrefixLen: 0, SecondaryIPAddresses: null, SecondaryIPv6Addresses: null,
    Ports: ports(sandbox),
    EndpointID: bridge?.endpointId ?? '', Gateway: bridge?.gateway4 ?? '', ...addresses(bridge), IPv6Gateway: bridge?.gateway6 ?? '', MacAddress: bridge?.mac ?? '',
    Networks: networks,
  };
}

function endpointSettings(record: NetworkRecord | undefined, wish: EndpointSettings, endpoint: Endpoint | undefined): EndpointSettings {
  return {
    ...wishOf(wish) as EndpointSettings,
    MacAddress: endpoint?.mac ?? wish.MacAddress ?? '',
    NetworkID: record?.id ?? '', EndpointID: endpoint?.endpointId ?? '',
    Gateway: endpoint?.gateway4 ?? '', ...addresses(endpoint), IPv6Gateway: endpoint?.gateway6 ?? '',
    ...{ DNSNames: record && isUserDefined(record) ? endpoint?.names ?? null : null } as Pick<EndpointSettings, 'DNSNames'>,
  };
}

const addresses = (endpoint: Endpoint | undefined) => ({
  IPAddress: endpoint?.ipv4 ? bareAddress(endpoint.ipv4) : '', IPPrefixLen: prefixOf(endpoint?.ipv4),
  GlobalIPv6Address: endpoint?.ipv6 ? bareAddress(endpoint.ipv6) : '', GlobalIPv6PrefixLen: prefixOf(endpoint?.ipv6),
});

const prefixOf = (text: string | null | undefined) => Number(text?.split('/')[1] ?? 0);

function ports(sandbox: Sandbox | undefined): Record<string, PortBinding[] | null> {
  const found: Record<string, PortBinding[] | null> = {};
  for (const port of sandbox?.exposed ?? []) found[portKey(port)] = null;
  for (const port of sandbox?.ports ?? []) (found[portKey(port)] ??= []).push({ HostIp: port.hostIp, HostPort: String(port.hostPort) });
  return found;
}
