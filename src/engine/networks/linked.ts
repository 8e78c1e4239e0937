// `--link db:alias` on the default network: names in the hosts file and variables in the environment, as they were before networks
// had names. The variables are Docker's (docs.docker.com/engine/network/links): ALIAS_PORT, ALIAS_PORT_80_TCP…, ALIAS_NAME, ALIAS_ENV_….
import type { NetworkedContainer } from '../needs.ts';
import { Conflict } from '../wire/errors.ts';
import type { AttachNeeds } from './attach.ts';
import type { HostsEntry } from './hosts-file.ts';
import { parsePort, type ContainerPort } from './published-ports.ts';
import { bareAddress } from './record.ts';

export interface Linked { hosts: HostsEntry[]; env: string[] }

/** @throws Conflict when a linked container does not run */
export function linkedContainers({ users, sandboxes }: Pick<AttachNeeds, 'users' | 'sandboxes'>, container: NetworkedContainer): Linked {
  const linked: Linked = { hosts: [], env: [] };
  for (const link of container.hostConfig.Links ?? []) {
    const [name = '', path = name] = link.replace(/^\//, '').split(':');
    const alias = path.split('/').at(-1) ?? path;
    const other = users().list().find((one) => one.name === name);
    const address = other && sandboxes.get(other.id)?.endpoints[0]?.ipv4;
    if (!other || !address) throw new Conflict(`Cannot link to a non running container: /${name} AS /${container.name}/${alias}`);
    linked.hosts.push({ address: bareAddress(address), names: [...new Set([alias, other.config.Hostname || other.id.slice(0, 12), other.name])] });
    linked.env.push(...linkVariables(`/${container.name}/${alias}`, bareAddress(address), Object.keys({ ...other.config.ExposedPorts }).map(parsePort), other.config.Env ?? []));
  }
  return linked;
}

/** @param name `/CONTAINER/ALIAS` */
export function linkVariables(name: string, address: string, ports: readonly ContainerPort[], env: readonly string[]): string[] {
  const alias = (name.split('/').at(-1) ?? '').toUpperCase().replaceAll('-', '_');
  const sorted = ports.toSorted((one, other) => Number(one.protocol !== 'tcp') - Number(other.protocol !== 'tcp') || one.port - other.port);
  const url = ({ protocol, port }: ContainerPort) => `${protocol}://${address}:${port}`;
  return [
    ...sorted.slice(0, 1).map((port) => `${alias}_PORT=${url(port)}`),
    ...sorted.flatMap((port) => {
      const prefix = `${alias}_PORT_${port.port}_${port.protocol.toUpperCase()}`;
      return [`${prefix}=${url(port)}`, `${prefix}_ADDR=${address}`, `${prefix}_PORT=${port.port}`, `${prefix}_PROTO=${port.protocol}`];
    }),
    `${alias}_NAME=${name}`,
    ...env.filter((entry) => entry.includes('=') && !/^(HOME|PATH)=/.test(entry)).map((entry) => `${alias}_ENV_${entry}`),
  ];
}
