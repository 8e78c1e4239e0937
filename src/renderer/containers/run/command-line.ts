// The form as a `docker run` line, and a `docker run` line as the form. Pure.
import { joinWords, splitWords } from '../words.ts';
import { emptyValues, FIELDS, isEmpty, type Field, type Values } from './fields.ts';

/** One line that does what the form does. */
export function commandLine(values: Values): string {
  const words: string[] = ['docker', 'run', '-d'];
  for (const field of FIELDS) {
    const value = values[field.key];
    if (field.flag === '' || isEmpty(value)) continue;
    const flag = field.short ?? field.flag;
    if (field.kind === 'switch') words.push(flag);
    // docker takes one program as entrypoint; its arguments come before the command.
    else if (field.key === 'entrypoint') words.push(flag, splitWords(String(value))[0] ?? '');
    else for (const item of Array.isArray(value) ? value.filter((line) => line.trim() !== '') : [String(value)]) words.push(flag, item.trim());
  }
  const [, ...entryArguments] = splitWords(String(values['entrypoint'] ?? ''));
  return joinWords([...words, String(values['image'] ?? '').trim() || 'IMAGE', ...entryArguments, ...splitWords(String(values['command'] ?? ''))]);
}

export interface Imported { values: Values; /** flags that the form does not know */ unknown: string[] }

/** Flags of `docker run` that say how to run, not what: `-d` is what the form does anyway. */
const IGNORED = new Set(['--detach', '-d', '--sig-proxy', '--quiet', '-q', '--pull', '--attach', '-a', '--detach-keys', '--cidfile', '--net-alias']);
const SAME: Record<string, string> = { '--net': '--network', '--net-alias': '--network-alias', '--expose': '--expose', '--dns-opt': '--dns-option' };
/** Ignored flags that take no value. */
const SWITCHES = new Set(['--detach', '-d', '--sig-proxy', '--quiet', '-q']);

/** @throws Error with one sentence when it is no `docker run` or `docker create` line */
export function parseCommandLine(line: string): Imported {
  const words = splitWords(line.replace(/\\\r?\n/g, ' ').trim());
  while (words[0] === 'sudo' || words[0] === '$') words.shift();
  if (!['docker', 'podman', 'nerdctl'].includes(words.shift() ?? '')) throw new Error('run:import.notDocker');
  if (words.at(0) === 'container') words.shift();
  const verb = words.shift();
  if (verb !== 'run' && verb !== 'create') throw new Error('run:import.notRun');

  const values = emptyValues();
  const unknown: string[] = [];
  while (words.at(0)?.startsWith('-') && words.at(0) !== '-') {
    const word = words.shift() as string;
    if (word === '--') break;
    if (word.startsWith('--')) takeLong(word);
    else takeShort(word);
  }
  const image = words.shift();
  if (image === undefined) throw new Error('run:import.noImage');
  values['image'] = image;
  values['command'] = joinWords(words);
  return { values, unknown };

  function takeLong(word: string) {
    const at = word.indexOf('=');
    const written = at < 0 ? word : word.slice(0, at);
    const given = at < 0 ? undefined : word.slice(at + 1);
    const name = SAME[written] ?? written;
    const field = FIELDS.find((item) => item.flag === name);
    if (field) set(field, given);
    else if (IGNORED.has(name)) void (given === undefined && !SWITCHES.has(name) && words.shift());
    else {
      unknown.push(name);
      if (given === undefined && words[0] !== undefined && !words[0].startsWith('-')) words.shift();
    }
  }

  /** `-it`, `-e A=1`, `-eA=1`, `-p8080:80` */
  function takeShort(word: string) {
    for (let index = 1; index < word.length; index++) {
      const name = `-${word[index]}`;
      const field = FIELDS.find((item) => item.short === name);
      const rest = word.slice(index + 1).replace(/^=/, '');
      if (!field) {
        if (!IGNORED.has(name)) unknown.push(name);
        if (name === '-a') words.shift();
        continue;
      }
      if (field.kind === 'switch') {
        values[field.key] = true;
        continue;
      }
      set(field, rest === '' ? undefined : rest);
      return;
    }
  }

  function set(field: Field, given: string | undefined) {
    if (field.kind === 'switch') {
      values[field.key] = given !== 'false';
      return;
    }
    const value = given ?? words.shift() ?? '';
    if (field.kind === 'lines') values[field.key] = [...(values[field.key] as string[]), value];
    else values[field.key] = field.key === 'entrypoint' ? joinWords([value]) : value;
  }
}
