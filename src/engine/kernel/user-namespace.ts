// Whether this process is root of a user namespace only (rootless): then devices, foreign owners and trusted.* attributes are out of reach.
import { readFileSync } from 'node:fs';

/** False as real root, whose uid map covers everything (user_namespaces(7)). */
export function isInUserNamespace(): boolean {
  return !/^\s*0\s+0\s+4294967295\s*$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));
}
