// A fault in a Dockerfile, with the place it is at. The first line of the message has BuildKit's words
// ("dockerfile parse error on line N: …"), the rest quotes the source with a caret under the fault.
import { InvalidParameter } from '../../wire/errors.ts';

/** Lines and columns count from 1; `endColumn` is one past the last marked character. */
export interface SourceRange { startLine: number; endLine: number; startColumn?: number; endColumn?: number }

export class DockerfileError extends InvalidParameter {
  readonly range: SourceRange;
  /** The fault alone, without place and quotation. */
  readonly reason: string;
  constructor(reason: string, range: SourceRange, source?: string) {
    const where = range.startLine > 0 ? ` on line ${range.startLine}` : '';
    super(`dockerfile parse error${where}: ${reason}${source === undefined ? '' : quote(range, source)}`);
    this.range = range;
    this.reason = reason;
  }
}

/** The marked source line with a caret below it, ready to append to a message; '' when the place is unknown. */
export function quote(range: SourceRange, source: string): string {
  const line = source.split(/\r?\n/)[range.startLine - 1];
  if (line === undefined) return '';
  const gutter = String(range.startLine).padStart(4);
  const from = (range.startColumn ?? line.length - line.trimStart().length + 1) - 1;
  const to = range.endColumn === undefined ? Math.max(from + 1, line.trimEnd().length) : range.endColumn - 1;
  const indent = line.slice(0, from).replace(/[^\t]/g, ' ');
  return `\n${gutter} | ${line}\n${' '.repeat(gutter.length)} | ${indent}${'^'.repeat(Math.max(1, to - from))}`;
}
