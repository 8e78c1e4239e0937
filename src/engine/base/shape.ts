// The types of a JSON body's fields. JSON may hold anything where a client is wrong; checked once at the door, the rest of the engine
// can trust the types.
import { InvalidParameter } from '../wire/errors.ts';

export type Kind = 'string' | 'boolean' | 'integer' | 'strings' | 'words' | 'string map' | 'object map' | 'objects' | 'object';

/** `words` are a list of strings or, as in Dockerfiles and Docker's StrSlice, one string. */
const KINDS: Record<Kind, { needed: string; holds(value: unknown): boolean }> = {
  string: { needed: 'a string', holds: (value) => typeof value === 'string' },
  boolean: { needed: 'true or false', holds: (value) => typeof value === 'boolean' },
  integer: { needed: 'a whole number', holds: Number.isInteger },
  strings: { needed: 'an array of strings', holds: isStrings },
  words: { needed: 'an array of strings without NUL', holds: (value) => (typeof value === 'string' || isStrings(value)) && ![value].flat().some((word) => String(word).includes('\0')) },
  'string map': { needed: 'an object of strings', holds: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string') },
  'object map': { needed: 'an object of objects', holds: (value) => isObject(value) && Object.values(value).every((item) => item === null || typeof item === 'object') },
  objects: { needed: 'an array of objects', holds: (value) => Array.isArray(value) && value.every(isObject) },
  object: { needed: 'an object', holds: isObject },
};

/** @throws InvalidParameter naming the first field of a wrong type; what is absent or null passes */
export function checkFields(path: string, holder: unknown, fields: Partial<Record<Kind, string>>): void {
  if (holder == null) return;
  if (!isObject(holder)) throw new InvalidParameter(`invalid ${path || 'body'}: an object is needed`);
  for (const [kind, names] of Object.entries(fields) as [Kind, string][]) {
    for (const name of names.split(' ')) {
      const value = holder[name];
      if (value != null && !KINDS[kind].holds(value)) throw new InvalidParameter(`invalid ${path}${name}: ${KINDS[kind].needed} is needed`);
    }
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
