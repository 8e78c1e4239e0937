// The key of a build step: parent's key + what the instruction does + content of its inputs. Modification times, the place of the
// context and secrets' values are no part of it; a secret mount counts by its id only.
import { createHash } from 'node:crypto';

/** @param parts texts of any length; each is framed by its length, so that no two lists give the same bytes */
export function stepKey(parent: string, ...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of [parent, ...parts]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
