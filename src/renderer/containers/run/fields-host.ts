// Run form: networks, ports, files, and what happens at the end.
import type { CreateBody } from './body.ts';
import { pairLines, pairs } from './fields-process.ts';
import type { Field } from './fields.ts';
import { hostFlag, hostList, hostText, setHost } from './host-parts.ts';

// [[ip:]host:]container[/protocol], each port a number or a range (docker run --publish)
const PORT = /^(?:(?:(\[[0-9a-fA-F:]+\]|\d+\.\d+\.\d+\.\d+):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/;
const RESTART = /^(no|always|unless-stopped|on-failure(:\d+)?)$/;

export function checkPort(line: string): string | undefined {
  const [, , outside, inside] = PORT.exec(line) ?? [];
  if (inside === undefined) return 'port';
  const [a, b] = [rangeOf(inside), outside === undefined ? undefined : rangeOf(outside)];
  if ([...a, ...(b ?? [])].some((port) => port < 1 || port > 65_535)) return 'portRange';
  return b && b.length !== a.length ? 'portLength' : undefined;
}

function rangeOf(text: string): number[] {
  const [from = 0, to = from] = text.split('-').map(Number);
  return Array.from({ length: Math.max(0, Math.min(to - from, 65_535)) + 1 }, (_, index) => from + index);
}

function writePorts(body: CreateBody, lines: string[]): void {
  const bindings: NonNullable<CreateBody['HostConfig']['PortBindings']> = {};
  for (const line of lines) {
    const [, ip, outside, inside, protocol = 'tcp'] = PORT.exec(line) ?? [];
    if (inside === undefined) continue;
    const hostPorts = outside === undefined ? [] : rangeOf(outside);
    rangeOf(inside).forEach((port, index) => {
      (bindings[`${port}/${protocol}`] ??= [])?.push({ ...(ip ? { HostIp: ip.replace(/[[\]]/g, '') } : {}), HostPort: hostPorts[index] === undefined ? '' : String(hostPorts[index]) });
    });
  }
  setHost(body, 'PortBindings', Object.keys(bindings).length === 0 ? undefined : bindings);
  const exposed = { ...body.ExposedPorts, ...Object.fromEntries(Object.keys(bindings).map((port) => [port, {}])) };
  if (Object.keys(exposed).length > 0) body.ExposedPorts = exposed;
}

function readPorts(body: CreateBody): string[] {
  return Object.entries(body.HostConfig.PortBindings ?? {}).flatMap(([port, list]) =>
    (list ?? []).map(({ HostIp, HostPort }) => `${HostIp ? `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:` : ''}${HostPort ? `${HostPort}:` : HostIp ? ':' : ''}${port.replace(/\/tcp$/, '')}`));
}

function writeMounts(body: CreateBody, lines: string[]): void {
  const mounts = lines.map((line) => {
    const parts = pairs(line.split(','));
    const target = parts['target'] ?? parts['dst'] ?? parts['destination'] ?? '';
    const source = parts['source'] ?? parts['src'];
    const isReadOnly = ['readonly', 'ro'].some((key) => key in parts && parts[key] !== 'false');
    return { Type: parts['type'] ?? 'volume', ...(source ? { Source: source } : {}), Target: target, ...(isReadOnly ? { ReadOnly: true } : {}) };
  });
  setHost(body, 'Mounts', mounts);
}

export const hostFields: Field[] = [
  { key: 'ports', flag: '--publish', short: '-p', kind: 'lines', section: 'basic', placeholder: '8080:80', check: checkPort, read: readPorts, write: writePorts },
  { key: 'volumes', flag: '--volume', short: '-v', kind: 'lines', section: 'basic', placeholder: 'data:/var/lib/data', check: (line) => (/^[^:]+(:\/[^:]*)?(:[\w,]+)?$/.test(line) && (line.includes(':/') || line.startsWith('/')) ? undefined : 'volume'), ...hostList('Binds') },
  {
    key: 'restart', flag: '--restart', kind: 'choice', isOpen: true, choices: ['no', 'on-failure', 'on-failure:5', 'unless-stopped', 'always'], section: 'basic', check: (value) => (RESTART.test(value) ? undefined : 'restart'),
    read: ({ HostConfig: { RestartPolicy: policy } }) => (!policy || policy.Name === '' || policy.Name === 'no' ? '' : policy.MaximumRetryCount ? `${policy.Name}:${policy.MaximumRetryCount}` : policy.Name),
    write: (body, value) => {
      const [name = '', count] = value.split(':');
      setHost(body, 'RestartPolicy', name === '' ? undefined : { Name: name, ...(count ? { MaximumRetryCount: Number(count) } : {}) });
    },
  },
  { key: 'autoRemove', flag: '--rm', kind: 'switch', section: 'basic', ...hostFlag('AutoRemove') },

  { key: 'network', flag: '--network', kind: 'choice', isOpen: true, choices: ['bridge', 'host', 'none'], section: 'network', ...hostText('NetworkMode') },
  {
    key: 'aliases', flag: '--network-alias', kind: 'lines', section: 'network',
    read: (body) => Object.values(body.NetworkingConfig?.EndpointsConfig ?? {})[0]?.Aliases ?? [],
    write: (body, value) => {
      const network = (body.HostConfig['NetworkMode'] as string | undefined) ?? '';
      if (value.length > 0 && network !== '') body.NetworkingConfig = { EndpointsConfig: { ...body.NetworkingConfig?.EndpointsConfig, [network]: { ...body.NetworkingConfig?.EndpointsConfig?.[network], Aliases: value } } };
    },
  },
  { key: 'publishAll', flag: '--publish-all', short: '-P', kind: 'switch', section: 'network', ...hostFlag('PublishAllPorts') },
  { key: 'dns', flag: '--dns', kind: 'lines', section: 'network', placeholder: '9.9.9.9', check: (line) => (/^[0-9a-fA-F.:]+$/.test(line) ? undefined : 'address'), ...hostList('Dns') },
  { key: 'dnsSearch', flag: '--dns-search', kind: 'lines', section: 'network', ...hostList('DnsSearch') },
  { key: 'hosts', flag: '--add-host', kind: 'lines', section: 'network', placeholder: 'name:10.0.0.5', check: (line) => (/^[^:=\s]+[:=]\S+$/.test(line) ? undefined : 'extraHost'), ...hostList('ExtraHosts') },

  { key: 'mounts', flag: '--mount', kind: 'lines', section: 'storage', placeholder: 'type=bind,source=/srv,target=/data,readonly', check: (line) => (/(^|,)(target|dst|destination)=\//.test(line) ? undefined : 'mount'), read: (body) => (body.HostConfig.Mounts ?? []).map((mount) => [`type=${mount.Type}`, ...(mount.Source ? [`source=${mount.Source}`] : []), `target=${mount.Target}`, ...(mount.ReadOnly ? ['readonly'] : [])].join(',')), write: writeMounts },
  { key: 'tmpfs', flag: '--tmpfs', kind: 'lines', section: 'storage', placeholder: '/run:size=64m', check: (line) => (line.startsWith('/') ? undefined : 'absolute'), read: (body) => Object.entries(body.HostConfig.Tmpfs ?? {}).map(([path, options]) => (options ? `${path}:${options}` : path)), write: (body, value) => setHost(body, 'Tmpfs', value.length === 0 ? undefined : Object.fromEntries(value.map((line) => [line.split(':')[0] ?? '', line.includes(':') ? line.slice(line.indexOf(':') + 1) : '']))) },
  { key: 'volumesFrom', flag: '--volumes-from', kind: 'lines', section: 'storage', ...hostList('VolumesFrom') },
  { key: 'readOnly', flag: '--read-only', kind: 'switch', section: 'storage', ...hostFlag('ReadonlyRootfs') },

  { key: 'logDriver', flag: '--log-driver', kind: 'choice', isOpen: true, choices: ['json-file', 'local', 'none'], section: 'other', read: (body) => body.HostConfig.LogConfig?.Type ?? '', write: (body, value) => setHost(body, 'LogConfig', value === '' ? undefined : { Type: value, Config: body.HostConfig.LogConfig?.Config ?? {} }) },
  { key: 'logOptions', flag: '--log-opt', kind: 'lines', section: 'other', placeholder: 'max-size=10m', read: (body) => pairLines(body.HostConfig.LogConfig?.Config), write: (body, value) => { if (value.length > 0) setHost(body, 'LogConfig', { Type: body.HostConfig.LogConfig?.Type ?? 'json-file', Config: pairs(value) }); } },
  { key: 'runtime', flag: '--runtime', kind: 'text', section: 'other', ...hostText('Runtime') },
];
