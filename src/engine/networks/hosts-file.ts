// The three files every container gets: /etc/hosts, /etc/resolv.conf and /etc/hostname. Pure text.
// What Docker writes (moby libnetwork etchosts and resolvconf) is what images expect.

export interface HostsEntry { address: string; names: readonly string[] }

const FIXED: readonly HostsEntry[] = [
  { address: '127.0.0.1', names: ['localhost'] },
  { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
  { address: 'fe00::', names: ['ip6-localnet'] },
  { address: 'ff00::', names: ['ip6-mcastprefix'] },
  { address: 'ff02::1', names: ['ip6-allnodes'] },
  { address: 'ff02::2', names: ['ip6-allrouters'] },
];

export const renderHosts = (extra: readonly HostsEntry[]): string =>
  [...FIXED, ...extra].map(({ address, names }) => `${address}\t${names.join(' ')}\n`).join('');

/** `--add-host name:address` entries; `host-gateway` becomes the given address. */
export function extraHosts(entries: readonly string[], hostGateway: string): HostsEntry[] {
  return entries.flatMap((entry) => {
    const at = entry.search(/[:=]/);
    if (at < 1) return [];
    const address = entry.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
    return [{ address: address === 'host-gateway' ? hostGateway : address, names: [entry.slice(0, at)] }];
  });
}

export interface ResolvConf { nameservers: string[]; search: string[]; options: string[] }

/** resolv.conf(5): the last `search` or `domain` line counts, `options` add up. */
export function parseResolvConf(text: string): ResolvConf {
  const conf: ResolvConf = { nameservers: [], search: [], options: [] };
  for (const line of text.split('\n')) {
    const [key, ...values] = line.replace(/[#;].*$/, '').trim().split(/\s+/);
    if (key === 'nameserver' && values[0] !== undefined) conf.nameservers.push(values[0]);
    else if (key === 'search' || key === 'domain') conf.search = values;
    else if (key === 'options') conf.options.push(...values);
  }
  return conf;
}

export function renderResolvConf({ nameservers, search, options }: ResolvConf): string {
  return [
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ].map((line) => `${line}\n`).join('');
}

/** Docker's fallback when the host only has resolvers on its own loopback. */
const PUBLIC_RESOLVERS = ['8.8.8.8', '8.8.4.4'];

/** What the container asks for, else what the host has; a loopback resolver is of no use in another namespace. */
export function containerResolvConf(host: ResolvConf, asked: { dns?: readonly string[] | null | undefined; search?: readonly string[] | null | undefined; options?: readonly string[] | null | undefined }): ResolvConf {
  const reachable = host.nameservers.filter((server) => !/^(127\.|::1$)/.test(server));
  return {
    nameservers: asked.dns?.length ? [...asked.dns] : reachable.length > 0 ? reachable : PUBLIC_RESOLVERS,
    search: asked.search?.length ? asked.search.filter((domain) => domain !== '.') : host.search,
    options: asked.options?.length ? [...asked.options] : host.options,
  };
}
