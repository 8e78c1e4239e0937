// Instructions of image history taken apart and put together again, so that advice shows changes a builder would take.
import { verbOf } from './report-instruction.ts';

export interface RunParts { flags: string[]; /** what stands between `&&` */ commands: string[] }
export interface CopyParts { verb: string; flags: string[]; sources: string[]; target: string }

/** undefined when it is no RUN, or one in a form that commands cannot be added to: a list of arguments, a heredoc. */
export function runParts(instruction: string): RunParts | undefined {
  if (verbOf(instruction) !== 'RUN') return undefined;
  const [, flags = '', command = ''] = /^RUN\s+((?:--\S+\s+)*)(.*)$/s.exec(instruction) ?? [];
  if (command === '' || command.startsWith('[') || /<<-?\s*["']?\w/.test(command)) return undefined;
  return { flags: flags.split(/\s+/).filter(Boolean), commands: splitCommands(command) };
}

/** undefined when it is no COPY or ADD with readable arguments (the legacy builder leaves only a hash of the sources). */
export function copyParts(instruction: string): CopyParts | undefined {
  const verb = verbOf(instruction);
  if (verb !== 'COPY' && verb !== 'ADD') return undefined;
  const words = instruction.slice(verb.length).trim().split(/\s+/);
  const from = words.findIndex((word) => !word.startsWith('--'));
  const places = from === -1 ? [] : words.slice(from);
  if (places.length < 2 || places.some((place) => /^[["…]|<</.test(place))) return undefined;
  return { verb, flags: words.slice(0, from), sources: places.slice(0, -1), target: places.at(-1) as string };
}

/** Lines of one RUN; nothing for no command. */
export function runLines(sign: '+' | '-' | ' ', { flags, commands }: RunParts): string[] {
  return commands.map((command, index) => `${sign}${index === 0 ? ['RUN', ...flags, command].join(' ') : ` && ${command}`}${index < commands.length - 1 ? ' \\' : ''}`);
}

export function copyLine({ verb, flags, sources, target }: CopyParts): string {
  return [verb, ...flags, ...sources, target].join(' ');
}

/**
 * The second RUN done in the first. Other instructions between them stay where they are; what the second needs of them cannot be told.
 * @param between instructions from the first to the second, both left out
 */
export function mergeDiff(first: string, second: string, between: readonly string[]): string[] {
  const [one, two] = [runParts(first), runParts(second)];
  if (one === undefined || two === undefined) return [` ${first}`, ...between.map((line) => ` ${line}`), `-${second}`, '+# do this in the instruction that writes the files'];
  const merged = [`+RUN ${[...new Set([...one.flags, ...two.flags]), one.commands.join(' && ')].join(' ')} \\`, `+ && ${two.commands.join(' && ')}`];
  if (between.length === 0) return [`-${first}`, `-${second}`, ...merged];
  return [`-${first}`, ...merged, ...between.map((line) => ` ${line}`), `-${second}`];
}

/**
 * Where in the build context a file of the image came from, as a line of .dockerignore; undefined when the instruction does not tell,
 * or names just this file.
 */
export function ignoreLine(instruction: string, imagePath: string): string | undefined {
  const copy = copyParts(instruction);
  const source = copy?.sources.length === 1 ? (copy.sources[0] as string).replace(/^\.?\/+|\/+$/g, '') : undefined;
  if (copy === undefined || source === undefined || /[*?[]/.test(source) || copy.flags.some((flag) => flag.startsWith('--from='))) return undefined;
  if (!copy.target.startsWith('/')) return undefined; // below WORKDIR, which is not known here
  const target = copy.target.replace(/\/+$/, '');
  if (!imagePath.startsWith(`${target}/`)) return undefined;
  const below = imagePath.slice(target.length + 1);
  if (source === '' || source === '.') return below;
  return below === source.split('/').at(-1) ? undefined : `${source}/${below}`; // a file copied into a folder keeps its name
}

/** Parts of a shell command between `&&` that stand outside of quotes and brackets. */
function splitCommands(command: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let begin = 0;
  for (let at = 0; at < command.length; at++) {
    const char = command[at] as string;
    if (char === '\\') at++;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth--;
    else if (char === ';' || char === '|' || (char === '&' && command[at + 1] !== '&')) return [command.trim()]; // more than a chain: left whole
    else if (char === '&' && depth === 0) { parts.push(command.slice(begin, at).trim()); begin = ++at + 1; }
    else if (char === '&') at++;
  }
  return [...parts, command.slice(begin).trim()].filter((part) => part !== '');
}
