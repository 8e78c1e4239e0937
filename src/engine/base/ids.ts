// Random object ids as Docker makes them: 32 random bytes, 64 hex digits; short ids are the first 12.
import { randomBytes } from 'node:crypto';

export type ContainerId = string & { readonly __brand: 'ContainerId' };

export function randomId(): string {
  return randomBytes(32).toString('hex');
}

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
