// Physical lines -> logical lines: continuation, comments between continued lines, heredoc bodies.
// Follows BuildKit's frontend/dockerfile/parser: comments and (with a warning) empty lines inside a continued
// instruction are dropped, and a heredoc body begins on the line after the complete logical line.
import { heredocsOf, type Heredoc } from './heredoc.ts';
import { DockerfileError, type SourceRange } from './syntax-error.ts';

export interface LogicalLine {
  /** The joined text, continuation characters removed. */
  text: string;
  startLine: number;
  endLine: number;
  /** Comment lines directly above, without `#`. */
  comments: string[];
  heredocs: Heredoc[];
  hasEmptyContinuation: boolean;
  /** Where each physical line begins inside `text`. */
  segments: { offset: number; line: number; column: number }[];
}

const COMMENT = /^\s*#/;
const TAKES_HEREDOC = /^\s*(?:onbuild\s+)?(?:run|copy|add)\s/i;

/**
 * @param escape the continuation character
 * @throws DockerfileError for a heredoc without its end
 */
export function logicalLines(lines: readonly string[], escape: '\\' | '`', source: string): LogicalLine[] {
  const e = escape === '\\' ? '\\\\' : '`';
  const continuation = new RegExp(`(^|[^${e}])${e}[ \\t]*$`);
  const found: LogicalLine[] = [];
  let comments: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const raw = lines[at] as string;
    if (COMMENT.test(raw)) {
      comments.push(raw.trim().slice(1).trim());
      continue;
    }
    if (raw.trim() === '') {
      comments = [];
      continue;
    }
    const line: LogicalLine = { text: '', startLine: at + 1, endLine: at + 1, comments, heredocs: [], hasEmptyContinuation: false, segments: [] };
    comments = [];
    const first = raw.trimStart();
    let open = append(line, first, at + 1, raw.length - first.length + 1, continuation);
    while (open && at + 1 < lines.length) {
      at++;
      const next = lines[at] as string;
      if (COMMENT.test(next)) continue;
      if (next.trim() === '') {
        line.hasEmptyContinuation = true;
        continue;
      }
      open = append(line, next, at + 1, 1, continuation);
      line.endLine = at + 1;
    }
    if (line.text.trim() === '') continue;
    if (TAKES_HEREDOC.test(line.text) && line.text.includes('<<')) {
      at = readHeredocs(line, lines, at, escape, source);
    }
    found.push(line);
  }
  return found;
}

/** The place of the characters [from, to) of a logical line in the file. */
export function rangeAt(line: LogicalLine, from: number, to: number): SourceRange {
  const place = (offset: number) => {
    const segment = line.segments.findLast((candidate) => candidate.offset <= offset) ?? line.segments[0];
    return segment ? { line: segment.line, column: segment.column + offset - segment.offset } : { line: line.startLine, column: 1 };
  };
  const start = place(from);
  const end = place(Math.max(from, to - 1));
  return end.line === start.line
    ? { startLine: start.line, endLine: end.line, startColumn: start.column, endColumn: end.column + 1 }
    : { startLine: start.line, endLine: end.line, startColumn: start.column };
}

/** Adds a physical line; true when it is continued. */
function append(line: LogicalLine, text: string, number: number, column: number, continuation: RegExp): boolean {
  line.segments.push({ offset: line.text.length, line: number, column });
  const isContinued = continuation.test(text);
  line.text += isContinued ? text.replace(continuation, '$1') : text;
  return isContinued;
}

function readHeredocs(line: LogicalLine, lines: readonly string[], from: number, escape: '\\' | '`', source: string): number {
  let at = from;
  for (const heredoc of heredocsOf(line.text, escape)) {
    const body: string[] = [];
    let isClosed = false;
    while (at + 1 < lines.length) {
      at++;
      const text = lines[at] as string;
      if ((heredoc.chomp ? text.replace(/^\t+/, '') : text) === heredoc.name) {
        isClosed = true;
        break;
      }
      body.push(text);
    }
    if (!isClosed) {
      throw new DockerfileError(`unterminated heredoc, expected ${heredoc.name} on a line of its own`, rangeAt(line, heredoc.offset, heredoc.offset + heredoc.word.length), source);
    }
    line.heredocs.push({ ...heredoc, startLine: at + 1 - body.length, content: body.map((text) => `${text}\n`).join('') });
    line.endLine = at + 1;
  }
  return at;
}
