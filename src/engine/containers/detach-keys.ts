// The key sequence that leaves an attached terminal (default ctrl-p,ctrl-q). Keys that may begin the sequence are held back until the
// next one decides, as docker does.
import { InvalidParameter } from '../wire/errors.ts';

export type DetachKeys = readonly number[];

const DEFAULT: DetachKeys = [16, 17];

/** `ctrl-a,x`: letters, or ctrl- with one of a-z @ [ \ ] ^ _. @throws InvalidParameter */
export function parseDetachKeys(text: string | null): DetachKeys {
  if (!text) return DEFAULT;
  return text.split(',').map((word) => {
    if (word.length === 1) return word.charCodeAt(0);
    const key = /^ctrl-(.)$/.exec(word)?.[1]?.toUpperCase();
    if (key === undefined || !/[A-Z@[\\\]^_]/.test(key)) throw new InvalidParameter(`Invalid detach keys (${text}) provided`);
    return key.charCodeAt(0) & 0x1f;
  });
}

export function detachReader(keys: DetachKeys): { push(chunk: Buffer): { data: Buffer; detached: boolean } } {
  let matched = 0;
  return {
    push(chunk) {
      const out: number[] = [];
      for (const byte of chunk) {
        if (byte === keys[matched]) {
          matched++;
          if (matched === keys.length) return { data: Buffer.from(out), detached: true };
          continue;
        }
        out.push(...keys.slice(0, matched));
        matched = byte === keys[0] ? 1 : 0;
        if (matched === 0) out.push(byte);
      }
      return { data: Buffer.from(out), detached: false };
    },
  };
}
