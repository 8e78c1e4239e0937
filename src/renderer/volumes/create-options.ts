// From the kinds the form offers to the options of Docker's local driver (mount(8) in disguise). Pure.

export const KINDS = ['plain', 'tmpfs', 'bind', 'nfs', 'cifs', 'encrypted', 'plugin'] as const;
export type VolumeKind = (typeof KINDS)[number];

export interface CreateValues { kind: VolumeKind; server: string; path: string; size: string; user: string; password: string; key: string; driver: string }

export function createOptions({ kind, server, path, size, user, password, key, driver }: CreateValues): { driver?: string; options?: Record<string, string>; key?: string } {
  switch (kind) {
    case 'plain': return {};
    case 'tmpfs': return { options: { type: 'tmpfs', device: 'tmpfs', ...(size && { o: `size=${size}` }) } };
    case 'bind': return { options: { type: 'none', o: 'bind', device: path } };
    case 'nfs': return { options: { type: 'nfs', o: `addr=${server},rw`, device: `:${path.startsWith('/') ? path : `/${path}`}` } };
    case 'cifs': return { options: { type: 'cifs', o: [`addr=${server}`, ...(user ? [`username=${user}`] : ['guest']), ...(password ? [`password=${password}`] : [])].join(','), device: `//${server}/${path.replace(/^\/+/, '')}` } };
    case 'encrypted': return { options: { encryption: 'gocryptfs' }, key };
    case 'plugin': return { driver };
  }
}
