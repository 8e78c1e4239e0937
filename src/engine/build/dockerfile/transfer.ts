// COPY and ADD: their flags, sources and heredocs.
import type { Transfer } from './ast.ts';
import { jsonArray, plainWords } from './arguments.ts';
import { LineFault, readFlags } from './flags.ts';
import { parseHeredocWord } from './heredoc.ts';
import type { Parts } from './instructions.ts';

const COPY_FLAGS = { from: 'text', chown: 'text', chmod: 'text', link: 'bool', parents: 'bool', exclude: 'list' } as const;
const ADD_FLAGS = { chown: 'text', chmod: 'text', link: 'bool', checksum: 'text', 'keep-git-dir': 'bool', unpack: 'bool', exclude: 'list' } as const;

/** @throws LineFault */
export function transfer({ kind, flags, argument, common, line }: Parts): Transfer {
  const read = readFlags(kind, flags, kind === 'COPY' ? COPY_FLAGS : ADD_FLAGS);
  const words = jsonArray(argument) ?? plainWords(argument).map(({ word }) => word);
  const destination = words.at(-1);
  if (words.length < 2 || destination === undefined) {
    throw new LineFault(`${kind} requires at least two arguments, but only one was provided. Destination could not be determined`, argument.offset, argument.offset + argument.text.length);
  }
  if (line.heredocs.some((heredoc) => heredoc.word === destination)) {
    throw new LineFault(`${kind} cannot accept a heredoc as its destination`, argument.offset, argument.offset + argument.text.length);
  }
  const names = new Set(line.heredocs.map((heredoc) => heredoc.word));
  const from = read.text('from');
  const chown = read.text('chown');
  const chmod = read.text('chmod');
  const checksum = read.text('checksum');
  if (from === '') throw new LineFault('COPY --from must not be empty', argument.offset, argument.offset + argument.text.length);
  return {
    ...common,
    kind: kind === 'ADD' ? 'ADD' : 'COPY',
    sources: words.slice(0, -1).filter((word) => !(names.has(word) && parseHeredocWord(word))),
    heredocs: line.heredocs,
    destination,
    ...(from === undefined ? {} : { from }),
    ...(chown === undefined ? {} : { chown }),
    ...(chmod === undefined ? {} : { chmod }),
    ...(checksum === undefined ? {} : { checksum }),
    link: read.on('link'),
    parents: read.on('parents'),
    keepGitDir: read.on('keep-git-dir'),
    ...(read.has('unpack') ? { unpack: read.on('unpack') } : {}),
    exclude: read.all('exclude'),
  };
}
