// Heredoc words of RUN, COPY and ADD: `<<EOF`, `<<-EOF`, `<<"EOF"`, `3<<EOF` (BuildKit parser, ParseHeredoc).
// A quoted name turns variable expansion of the body off, as in a shell.

export interface Heredoc {
  name: string;
  /** The body, each line with its newline, not expanded, tabs kept. */
  content: string;
  /** `<<-`: leading tabs of the body and of the end word are dropped. */
  chomp: boolean;
  /** False when the name was quoted. */
  expand: boolean;
  fileDescriptor: number;
  /** The word as written, and where it stands in the logical line. */
  word: string;
  offset: number;
  /** First line of the body, counted from 1. */
  startLine: number;
}

const FORM = /^(\d*)<<(-?)([^<]+)$/;

/** The heredocs a logical line opens, in order, without bodies. */
export function heredocsOf(text: string, escape: '\\' | '`'): Heredoc[] {
  const found: Heredoc[] = [];
  for (const { word, offset } of shellWords(text, escape)) {
    const heredoc = parseHeredocWord(word);
    if (heredoc) found.push({ ...heredoc, offset });
  }
  return found;
}

/** The heredoc a word is, or undefined. */
export function parseHeredocWord(word: string): Heredoc | undefined {
  const match = FORM.exec(word);
  const rest = match?.[3];
  if (!match || rest === undefined) return undefined;
  const name = rest.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '');
  if (name === '' || /\s/.test(name) || /["']/.test(name)) return undefined;
  return { name, content: '', chomp: match[2] === '-', expand: name === rest, fileDescriptor: match[1] ? Number(match[1]) : 0, word, offset: 0, startLine: 0 };
}

/** The body as files and shells get it: without leading tabs for `<<-`. */
export function heredocBody(heredoc: Heredoc): string {
  return heredoc.chomp ? heredoc.content.replace(/^\t+/gm, '') : heredoc.content;
}

/** Words of a line split at blanks outside quotes, as written. */
export function* shellWords(text: string, escape: '\\' | '`'): Generator<{ word: string; offset: number }> {
  let word = '';
  let start = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') yield { word, offset: start };
      word = '';
      continue;
    }
    if (word === '') start = at;
    if (char === escape && quote !== "'" && at + 1 < text.length) {
      word += char + text[++at];
      continue;
    }
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (quote === char) quote = '';
    word += char;
  }
  if (word !== '') yield { word, offset: start };
}
