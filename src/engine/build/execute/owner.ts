// `--chown=user:group` and cache mounts' owners: names are looked up in the image's own /etc/passwd and /etc/group.
import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';
import { resolveRooted, type Owner } from './rooted.ts';

/**
 * @param rootfs mounted root of the stage
 * @throws InvalidParameter when a name is not known there
 */
export async function resolveOwner(text: string, rootfs: string): Promise<Owner> {
  const [user = '', group] = text.split(':', 2);
  const isNumber = (value: string) => /^\d+$/.test(value);
  let uid: number;
  let gid: number | undefined;
  if (isNumber(user)) uid = Number(user);
  else {
    const row = (await table(rootfs, '/etc/passwd')).find(([name]) => name === user);
    if (!row) throw new InvalidParameter(`unable to convert uid/gid chown string to host mapping: can't find uid for user ${user}: no such user: ${user}`);
    uid = Number(row[2]);
    gid = Number(row[3]);
  }
  if (group !== undefined && group !== '') {
    if (isNumber(group)) gid = Number(group);
    else {
      const row = (await table(rootfs, '/etc/group')).find(([name]) => name === group);
      if (!row) throw new InvalidParameter(`unable to convert uid/gid chown string to host mapping: can't find gid for group ${group}: no such group: ${group}`);
      gid = Number(row[2]);
    }
  }
  return { uid, gid: gid ?? uid };
}

async function table(rootfs: string, path: string): Promise<string[][]> {
  const file = join(rootfs, resolveRooted(rootfs, path).path); // a link in the image must not lead to the host's file
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  return (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'));
}

/** `755`, `0755`, `u=rwX,go=rX` -> the mode of a file whose mode is `before`. @throws InvalidParameter */
export function modeFrom(text: string): (before: number, isFolder: boolean) => number {
  if (/^[0-7]{1,5}$/.test(text)) return () => Number.parseInt(text, 8);
  const clauses = text.split(',').map((clause) => /^([ugoa]*)([=+-])([rwxXst]*)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) throw new InvalidParameter(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777, or symbolic like u=rwX,go=rX`);
  return (before, isFolder) => clauses.reduce((mode, clause) => {
    const [, who = '', operator, permissions = ''] = clause as RegExpExecArray;
    let bits = 0;
    for (const [name, shift] of [['u', 6], ['g', 3], ['o', 0]] as const) {
      if (who !== '' && !who.includes('a') && !who.includes(name)) continue;
      const isExecutable = permissions.includes('x') || (permissions.includes('X') && (isFolder || (mode & 0o111) !== 0));
      bits |= ((permissions.includes('r') ? 4 : 0) | (permissions.includes('w') ? 2 : 0) | (isExecutable ? 1 : 0)) << shift;
      if (operator === '=') mode &= ~(7 << shift);
      if (permissions.includes('s') && name !== 'o') bits |= name === 'u' ? 0o4000 : 0o2000;
    }
    if (permissions.includes('t')) bits |= 0o1000;
    return operator === '-' ? mode & ~bits : mode | bits;
  }, before);
}
