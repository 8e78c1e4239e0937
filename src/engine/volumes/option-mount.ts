// Mounts what a local volume's options type, o and device name, by mount(8). Network file systems go to the kernel without their
// mount helpers (`-i`), as Docker does: those read `device=:/export` and `o=addr=host` differently. Their options come from a table
// (`-T`) instead of the argument list, which everybody on the machine can read, passwords and all.
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { rm, stat, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { run, ToolError } from '../tools/run.ts';
import { errorMessage, System } from '../wire/errors.ts';
import type { VolumeRecord } from './driver.ts';

const NETWORK_TYPES = ['nfs', 'nfs4', 'cifs', 'smb3'];

/** @throws System saying what could not be mounted and why, without passwords */
export async function mountOptions({ options }: VolumeRecord, target: string): Promise<void> {
  const { type = '', o = '', device = '' } = options;
  // without a cause: mount's own message names every option
  const failed = (reason: string) => new System(`error while mounting volume '${target}': failed to mount local volume: mount ${device}:${target}${o === '' ? '' : `, data: ${masked(o)}`}: ${reason}`);
  if (/(^|,)r?bind(,|$)/.test(o)) {
    await stat(device).catch((error: NodeJS.ErrnoException) => { throw failed(error.code === 'ENOENT' ? 'no such file or directory' : error.message); });
  }
  try {
    if (NETWORK_TYPES.includes(type)) await mountFromTable(device, target, type, await withServerAddress(o).catch((error: unknown) => { throw failed(`error resolving passed in network volume address: ${errorMessage(error)}`); }));
    else await run(['mount', '-t', type || 'none', ...(o === '' ? [] : ['-o', o]), '--', device, target]);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const reason = (error.stderrTail || error.message).trim().split('\n')[0]?.replace(`mount: ${target}: `, '').replace(/\.$/, '') ?? '';
    throw failed(reason.startsWith('unknown filesystem type') ? `no such device: the kernel of the engine's machine has no file system ${type}` : reason);
  }
}

async function mountFromTable(device: string, target: string, type: string, data: string): Promise<void> {
  const table = join(dirname(target), `.fstab-${randomBytes(4).toString('hex')}`);
  try {
    await writeFile(table, `${[device, target, type, data || 'defaults'].map(escaped).join(' ')} 0 0\n`, { mode: 0o600 });
    await run(['mount', '-i', '-T', table, '--', target]);
  } finally {
    await rm(table, { force: true });
  }
}

/** fstab(5): white space and backslashes in octal. */
const escaped = (field: string) => field.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** The options with the address of `addr=NAME` in place of the name, which the kernel could not look up. */
export async function withServerAddress(text: string, find: (name: string) => Promise<string> = async (name) => (await lookup(name)).address): Promise<string> {
  return (await Promise.all(text.split(',').map(async (word) => {
    const server = /^addr=(.+)$/.exec(word)?.[1];
    return server === undefined || isIP(server) !== 0 ? word : `addr=${await find(server)}`;
  }))).join(',');
}

/** @returns the options with passwords out of sight */
export const masked = (text: string): string => text.replace(/(^|,)(pass|password|password2)=[^,]*/g, '$1$2=********');
