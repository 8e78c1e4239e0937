// Run form: what a container may do to the machine, and which of the machine's namespaces it shares.
import { pairLines, pairs } from './fields-process.ts';
import type { Field } from './fields.ts';
import { hostFlag, hostList, hostText, setHost } from './host-parts.ts';

export const safetyFields: Field[] = [
  { key: 'init', flag: '--init', kind: 'switch', section: 'safety', ...hostFlag('Init') },
  { key: 'privileged', flag: '--privileged', kind: 'switch', section: 'safety', ...hostFlag('Privileged') },
  { key: 'capAdd', flag: '--cap-add', kind: 'lines', section: 'safety', placeholder: 'NET_ADMIN', ...hostList('CapAdd') },
  { key: 'capDrop', flag: '--cap-drop', kind: 'lines', section: 'safety', placeholder: 'ALL', ...hostList('CapDrop') },
  { key: 'securityOpt', flag: '--security-opt', kind: 'lines', section: 'safety', placeholder: 'no-new-privileges', ...hostList('SecurityOpt') },
  {
    key: 'devices', flag: '--device', kind: 'lines', section: 'safety', placeholder: '/dev/fuse', check: (line) => (line.startsWith('/dev/') ? undefined : 'device'),
    read: (body) => (body.HostConfig.Devices ?? []).map((device) => `${device.PathOnHost}:${device.PathInContainer}:${device.CgroupPermissions}`),
    write: (body, value) => setHost(body, 'Devices', value.map((line) => {
      const [outside = '', inside = outside, permissions = 'rwm'] = line.split(':');
      return { PathOnHost: outside, PathInContainer: inside, CgroupPermissions: permissions };
    })),
  },
  { key: 'sysctls', flag: '--sysctl', kind: 'lines', section: 'safety', placeholder: 'net.core.somaxconn=1024', check: (line) => (/^[\w.-]+=/.test(line) ? undefined : 'pair'), read: (body) => pairLines(body.HostConfig.Sysctls), write: (body, value) => setHost(body, 'Sysctls', value.length === 0 ? undefined : pairs(value)) },
  { key: 'groups', flag: '--group-add', kind: 'lines', section: 'safety', ...hostList('GroupAdd') },
  { key: 'pid', flag: '--pid', kind: 'choice', isOpen: true, choices: ['host'], section: 'safety', ...hostText('PidMode') },
  { key: 'ipc', flag: '--ipc', kind: 'choice', isOpen: true, choices: ['private', 'shareable', 'host', 'none'], section: 'safety', ...hostText('IpcMode') },
  { key: 'uts', flag: '--uts', kind: 'choice', choices: ['host'], section: 'safety', ...hostText('UTSMode') },
  { key: 'cgroupns', flag: '--cgroupns', kind: 'choice', choices: ['private', 'host'], section: 'safety', ...hostText('CgroupnsMode') },
  { key: 'userns', flag: '--userns', kind: 'choice', choices: ['host'], section: 'safety', ...hostText('UsernsMode') },
];
