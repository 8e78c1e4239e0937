// `user[:group]` of an image or a request, looked up in the container's own /etc/passwd and /etc/group (passwd(5), group(5)). Pure.
import { InvalidParameter } from '../../wire/errors.ts';

export interface ResolvedUser { uid: number; gid: number; groups: number[]; /** home folder; "/" when unknown */ home: string }

const MAX_ID = 2 ** 31 - 1;
const isNumber = (text: string) => /^-?\d+$/.test(text);

/**
 * @param groupAdd names or numbers of further groups
 * @throws InvalidParameter for an unknown name or an id out of range
 */
export function resolveUser(wish: string, passwd: string, group: string, groupAdd: readonly string[] = []): ResolvedUser {
  const [userPart = '', groupPart] = wish.split(':', 2);
  const users = passwd.split('\n').map((line) => line.split(':')).filter((fields) => fields.length >= 4 && fields[0] !== '');
  const groups = group.split('\n').map((line) => line.split(':')).filter((fields) => fields.length >= 3 && fields[0] !== '');
  const byName = users.find((fields) => fields[0] === userPart);
  const user = userPart === '' ? users.find((fields) => fields[2] === '0') : (byName ?? (isNumber(userPart) ? users.find((fields) => fields[2] === String(Number(userPart))) : undefined));
  if (!user && userPart !== '' && !isNumber(userPart)) throw new InvalidParameter(`unable to find user ${userPart}: no matching entries in passwd file`);
  const uid = user ? Number(user[2]) : userPart === '' ? 0 : Number(userPart);
  inRange(uid);
  const groupId = (name: string): number => {
    const found = groups.find((fields) => fields[0] === name);
    if (found) return Number(found[2]);
    if (!isNumber(name)) throw new InvalidParameter(`unable to find group ${name}: no matching entries in group file`);
    inRange(Number(name));
    return Number(name);
  };
  const gid = groupPart ? groupId(groupPart) : user ? Number(user[3]) : 0;
  const extra = new Set<number>();
  // As docker: a group given explicitly replaces the memberships of the group file.
  if (!groupPart && user) for (const fields of groups) if ((fields[3] ?? '').split(',').includes(user[0] as string)) extra.add(Number(fields[2]));
  for (const name of groupAdd) extra.add(groupId(name));
  return { uid, gid, groups: [...extra].toSorted((a, b) => a - b), home: user?.[5] || '/' };
}

function inRange(id: number): void {
  if (!(id >= 0 && id <= MAX_ID)) throw new InvalidParameter('uids and gids must be in range 0-2147483647');
}
