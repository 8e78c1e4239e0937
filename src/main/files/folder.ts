// Lists a folder of a container. Running and with a shell: `stat` inside, which reads only the folder. Otherwise its archive is
// read, headers only, up to a limit; a Gantry engine lists it by itself (GET /gantry/containers/{id}/files).
import { EngineError } from '../../engine/wire/errors.ts';
import type { FileEntry, Folder } from '../contract/container-tools.ts';
import type { ContainerDetail } from '../contract/containers.ts';
import type { DockerClient } from '../docker/client.ts';
import { runInside } from './inside.ts';
import { listArchive } from './tar.ts';

const ARCHIVE_LIMIT_BYTES = 64 << 20;
/** type and permissions, owner in words and numbers, size, modification time, then the name with its link target: nothing before it holds a space */
const FORMAT = '%f %U %u %g %s %Y %N';
const SCRIPT = 'cd -- "$1" || exit 3; for f in * .[!.]* ..?*; do [ -e "$f" ] || [ -L "$f" ] || continue; stat -c "$2" -- "$f"; done';

export async function listFolder(client: DockerClient, id: string, path: string, signal: AbortSignal | undefined): Promise<Folder> {
  const own = await ownListing(client, id, path, signal);
  if (own) return { entries: own, isPartial: false };
  const { State } = await client.json<ContainerDetail>('GET', `/containers/${encodeURIComponent(id)}/json`, { signal });
  if (State.Running && !State.Paused) {
    const ran = await runInside(client, id, ['sh', '-c', SCRIPT, 'sh', path, FORMAT], { signal, mayFail: true }).catch(() => undefined); // no shell: the archive tells
    if (ran && ran.exitCode === 0) return { entries: ran.stdout.split('\n').flatMap(parseStat), isPartial: false };
  }
  const archive = await client.raw('GET', `/containers/${encodeURIComponent(id)}/archive`, { query: { path: path === '/' ? '/.' : path }, signal });
  const { entries, isPartial } = await listArchive(archive, ARCHIVE_LIMIT_BYTES, path === '/');
  return {
    isPartial,
    entries: entries.map((entry) => ({
      name: Buffer.from(entry.path.replace(/\/+$/, ''), 'latin1').toString('utf8').split('/').pop() ?? '',
      type: entry.type === 'dir' ? 'dir' : entry.type === 'symlink' ? 'symlink' : entry.type === 'file' || entry.type === 'hardlink' ? 'file' : 'other',
      sizeBytes: entry.size,
      mode: entry.mode & 0o7777,
      owner: String(entry.uid),
      uid: entry.uid,
      gid: entry.gid,
      modifiedMs: entry.mtime * 1000,
      ...(entry.type === 'symlink' ? { linkTarget: Buffer.from(entry.linkTarget, 'latin1').toString('utf8') } : {}),
    })),
  };
}

interface OwnItem { Name: string; Type: FileEntry['type']; Size: number; Mode: number; Uid: number; Gid: number; Owner: string; ModifiedMs: number; LinkTarget?: string }

/** Undefined: another engine, or there is no such folder; the ways that every engine has tell which. */
async function ownListing(client: DockerClient, id: string, path: string, signal: AbortSignal | undefined): Promise<FileEntry[] | undefined> {
  try {
    const items = await client.json<OwnItem[]>('GET', `/gantry/containers/${encodeURIComponent(id)}/files`, { query: { path }, signal });
    return items.map((item) => ({
      name: item.Name, type: item.Type, sizeBytes: item.Size, mode: item.Mode, owner: item.Owner, uid: item.Uid, gid: item.Gid, modifiedMs: item.ModifiedMs,
      ...(item.LinkTarget === undefined ? {} : { linkTarget: item.LinkTarget }),
    }));
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'NotFound') return undefined;
    throw error;
  }
}

const TYPES: Record<number, FileEntry['type']> = { 0o100000: 'file', 0o040000: 'dir', 0o120000: 'symlink' };

/** GNU and busybox both quote the name of %N: `'a'`, `'a' -> 'b'`; a quote inside becomes `'\''`. */
export function parseStat(line: string): FileEntry[] {
  const [, hex = '0', owner = '', uid = '0', gid = '0', size = '0', time = '0', names = ''] = /^([0-9a-f]+) (\S+) (\d+) (\d+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
  if (names === '') return [];
  const raw = Number.parseInt(hex, 16);
  const type = TYPES[raw & 0o170000] ?? 'other';
  const arrow = type === 'symlink' ? names.indexOf(' -> ') : -1;
  const name = unquote(arrow < 0 ? names : names.slice(0, arrow));
  return [{ name, type, sizeBytes: Number(size), mode: raw & 0o7777, owner, uid: Number(uid), gid: Number(gid), modifiedMs: Number(time) * 1000, ...(arrow < 0 ? {} : { linkTarget: unquote(names.slice(arrow + 4)) }) }];
}

function unquote(text: string): string {
  const inner = /^'(.*)'$/s.exec(text)?.[1] ?? /^"(.*)"$/s.exec(text)?.[1] ?? text;
  return inner.replaceAll(`'\\''`, "'");
}
