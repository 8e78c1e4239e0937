// Parser directives: `# key=value` comments at the very top of a Dockerfile. The first line that is none of the known
// ones (another comment, an empty line, an instruction) ends them. Source: Dockerfile reference, "Parser directives".
import { DockerfileError } from './syntax-error.ts';

export interface Directives {
  /** Image of a frontend; kept for display: this parser is the frontend. */
  syntax?: string;
  escape: '\\' | '`';
  /** Value of `# check=`: `skip=A,B;error=true;experimental=all`. */
  check?: string;
}

const FORM = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const KNOWN = new Set(['syntax', 'escape', 'check']);

/** @throws DockerfileError for a directive given twice or an escape character that is none */
export function readDirectives(lines: readonly string[], source: string): Directives {
  const found: Directives = { escape: '\\' };
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const match = FORM.exec(line.trim());
    const key = match?.[1]?.toLowerCase();
    const value = match?.[2];
    if (key === undefined || value === undefined || !KNOWN.has(key)) break;
    const range = { startLine: index + 1, endLine: index + 1 };
    if (seen.has(key)) throw new DockerfileError(`only one ${key} parser directive can be used`, range, source);
    seen.add(key);
    if (key === 'syntax') found.syntax = value;
    else if (key === 'check') found.check = value;
    else if (value === '\\' || value === '`') found.escape = value;
    else throw new DockerfileError(`invalid escape token '${value}' does not match \` or \\`, range, source);
  }
  return found;
}
