// What OpenSSH would do for `ssh NAME`: ssh_config(5) read, Host and Match applied, Include followed.
// Rule of the format: for each option the first value obtained wins, except IdentityFile and CertificateFile, which add up.
// `Match exec` is never run: choosing a host in a list must not execute commands; it is reported as a note instead.

import { readFile, glob } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import SshConfig from 'ssh-config';
import { matchesPatternList } from './ssh-config-pattern.ts';

export interface ConfigOrigin {
  home: string;
  user: string;
  localHost: string;
  /** Files in the order read; default `~/.ssh/config`, `/etc/ssh/ssh_config`. */
  files?: string[];
  /** Environment, for `~`-free `SSH_AUTH_SOCK` and `${NAME}` in paths. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface ConfigQuery {
  name: string;
  user?: string | undefined;
  port?: number | undefined;
}

/** Options by lower-case name; more than one value only for those that add up. */
export interface RawConfig {
  options: Map<string, string[]>;
  notes: string[];
}

interface Line { type: number; param?: string; value?: string | { val: string; quoted?: boolean }[]; config?: Line[]; criteria?: Record<string, string | { val: string }[]> }

const ADDING = new Set(['identityfile', 'certificatefile']);
const MAX_INCLUDE_DEPTH = 16;

/** Apply the user's configuration to one name, without interpreting values. */
export async function readSshConfig(query: ConfigQuery, origin: ConfigOrigin): Promise<RawConfig> {
  const raw: RawConfig = { options: new Map(), notes: [] };
  if (query.user) raw.options.set('user', [query.user]);
  if (query.port) raw.options.set('port', [String(query.port)]);
  for (const file of configFiles(origin)) {
    const lines = await parseFile(file, origin, raw.notes, 0);
    apply(lines, query, origin, raw);
  }
  return raw;
}

/** Names a person could pick: Host patterns without wildcards, in file order, each once. */
export async function listSshConfigHosts(origin: ConfigOrigin): Promise<string[]> {
  const names = new Set<string>();
  const visit = (lines: Line[]): void => {
    for (const line of lines) {
      if (line.param?.toLowerCase() === 'host') {
        for (const name of words(line.value)) if (!/[*?!]/.test(name)) names.add(name);
      }
      if (line.config) visit(line.config);
    }
  };
  for (const file of configFiles(origin)) visit(await parseFile(file, origin, [], 0));
  return [...names];
}

/** The words of a value as the parser gives them. */
export function words(value: Line['value']): string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value.map((word) => word.val);
}

/** A command keeps its quotes: a shell reads it again. */
function shellText(value: Line['value']): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  return value.map((word) => (word.quoted ? `"${word.val}"` : word.val)).join(' ');
}

function configFiles(origin: ConfigOrigin): string[] {
  return origin.files ?? [join(origin.home, '.ssh/config'), '/etc/ssh/ssh_config'];
}

/** Parse a file and put the lines of included files where the Include stands. A missing file is empty. */
async function parseFile(file: string, origin: ConfigOrigin, notes: string[], depth: number): Promise<Line[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') notes.push(`${file} cannot be read: ${(error as Error).message}`);
    return [];
  }
  try {
    return await expand(SshConfig.parse(text) as unknown as Line[], file, origin, notes, depth);
  } catch (error) {
    notes.push(`${file} is not understood: ${(error as Error).message}`);
    return [];
  }
}

async function expand(lines: Line[], file: string, origin: ConfigOrigin, notes: string[], depth: number): Promise<Line[]> {
  const expanded: Line[] = [];
  for (const line of lines) {
    if (line.config) {
      expanded.push({ ...line, config: await expand([...line.config], file, origin, notes, depth) });
    } else if (line.param?.toLowerCase() === 'include') {
      if (depth >= MAX_INCLUDE_DEPTH) {
        notes.push(`${file}: Include nested deeper than ${MAX_INCLUDE_DEPTH} is left out`);
        continue;
      }
      for (const word of words(line.value)) {
        // Relative names belong to ~/.ssh in a user's file and to /etc/ssh in the system's (ssh_config(5), Include).
        const base = file.startsWith('/etc/ssh') ? '/etc/ssh' : join(origin.home, '.ssh');
        const path = word.startsWith('~/') ? join(origin.home, word.slice(2)) : word;
        const found: string[] = [];
        for await (const match of glob(isAbsolute(path) ? path : join(base, path))) found.push(match);
        for (const included of found.sort()) expanded.push(...await parseFile(included, origin, notes, depth + 1));
      }
    } else {
      expanded.push(line);
    }
  }
  return expanded;
}

function apply(lines: Line[], query: ConfigQuery, origin: ConfigOrigin, raw: RawConfig): void {
  for (const line of lines) {
    const name = line.param?.toLowerCase();
    if (!name) continue;
    if (line.config) {
      const applies = name === 'host' ? matchesPatternList(words(line.value), query.name) : matchApplies(line, query, origin, raw);
      if (applies) apply(line.config, query, origin, raw);
      continue;
    }
    const value = words(line.value);
    if (ADDING.has(name)) raw.options.set(name, [...raw.options.get(name) ?? [], ...value]);
    else if (!raw.options.has(name)) raw.options.set(name, [name === 'proxycommand' ? shellText(line.value) : value.join(' ')]);
  }
}

/** Match: all criteria must hold; host looks at HostName as known so far, as OpenSSH does in its first pass. */
function matchApplies(line: Line, query: ConfigQuery, origin: ConfigOrigin, raw: RawConfig): boolean {
  const criteria = words(line.value).flatMap((word) => word.split(/\s+/));
  const now = (name: string) => raw.options.get(name)?.[0];
  for (let i = 0; i < criteria.length; i += 1) {
    const negated = criteria[i]!.startsWith('!');
    const name = criteria[i]!.replace('!', '').toLowerCase();
    let holds: boolean;
    if (name === 'all') holds = true;
    else if (name === 'canonical' || name === 'final') holds = false;
    else {
      i += 1;
      const list = (criteria[i] ?? '').split(',');
      if (name === 'host') holds = matchesPatternList(list, (now('hostname') ?? query.name).replaceAll('%h', query.name));
      else if (name === 'originalhost') holds = matchesPatternList(list, query.name);
      else if (name === 'user') holds = matchesPatternList(list, now('user') ?? origin.user);
      else if (name === 'localuser') holds = matchesPatternList(list, origin.user);
      else {
        raw.notes.push(`"Match ${name}" is not evaluated; the lines under it are left out`);
        return false;
      }
    }
    if (holds === negated) return false;
  }
  return true;
}
