// Every field of the run form, once: what it is called in the form, which flag of `docker run` it is, how it is checked, and where
// it stands in the create body. The form, the search, the command line, its import and the edit form are all read from this table.
import type { CreateBody } from './body.ts';
import { hostFields } from './fields-host.ts';
import { processFields } from './fields-process.ts';
import { resourceFields } from './fields-resources.ts';
import { safetyFields } from './fields-safety.ts';

export type Section = 'basic' | 'process' | 'network' | 'storage' | 'resources' | 'health' | 'safety' | 'other';

interface Common<V> {
  key: string;
  section: Section;
  /** long flag, with dashes */
  flag: string;
  short?: string;
  write: (body: CreateBody, value: V) => void;
  read: (body: CreateBody) => V;
}
/** i18n key below `run:problems`, or undefined when all is well */
type Check = (value: string) => string | undefined;

export type Field =
  | (Common<string> & { kind: 'text'; check?: Check; placeholder?: string })
  | (Common<string> & { kind: 'choice'; choices: string[]; isOpen?: boolean; check?: Check })
  | (Common<string[]> & { kind: 'lines'; check?: Check; placeholder?: string })
  | (Common<boolean> & { kind: 'switch' });

export type Value = string | string[] | boolean;
export type Values = Record<string, Value>;

export const FIELDS: Field[] = [...processFields, ...hostFields, ...resourceFields, ...safetyFields];
export const SECTIONS: Section[] = ['basic', 'process', 'network', 'storage', 'resources', 'health', 'safety', 'other'];

export function emptyValues(): Values {
  return Object.fromEntries(FIELDS.map((field) => [field.key, emptyOf(field)]));
}

function emptyOf(field: Field): Value {
  return field.kind === 'lines' ? [] : field.kind === 'switch' ? false : '';
}

export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

/** The create body of the values. @param base what the form does not know, kept as it is */
export function bodyOf(values: Values, base: CreateBody = { HostConfig: {} }): CreateBody {
  const body = structuredClone(base);
  for (const field of FIELDS) {
    const value = values[field.key] ?? emptyOf(field);
    if (field.kind === 'switch') field.write(body, value === true);
    else if (field.kind === 'lines') field.write(body, Array.isArray(value) ? value.map((line) => line.trim()).filter(Boolean) : []);
    else field.write(body, typeof value === 'string' ? value.trim() : '');
  }
  return body;
}

export function valuesOf(body: CreateBody): Values {
  return Object.fromEntries(FIELDS.map((field) => [field.key, field.read(body)]));
}

/** Problems by field key. */
export function problemsOf(values: Values): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of FIELDS) {
    const value = values[field.key];
    if (field.kind === 'switch' || !field.check || isEmpty(value)) continue;
    for (const line of Array.isArray(value) ? value : [String(value)]) {
      const problem = line.trim() === '' ? undefined : field.check(line.trim());
      if (problem) problems[field.key] ??= problem;
    }
  }
  return problems;
}
