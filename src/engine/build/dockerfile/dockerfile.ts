// The Dockerfile parser's door: text in, instructions with their places out. Pure, no I/O: the window's editor uses it too.
// Language: docs.docker.com/reference/dockerfile and BuildKit's frontend, whose error texts are kept.
import type { Dockerfile, Instruction } from './ast.ts';
import { readDirectives } from './directives.ts';
import { LineFault } from './flags.ts';
import { parseInstruction } from './instructions.ts';
import { logicalLines, rangeAt } from './lines.ts';
import { DockerfileError } from './syntax-error.ts';

/**
 * Parses a whole Dockerfile.
 * @param text may begin with a byte order mark and have CRLF line ends
 * @throws DockerfileError with line, caret and, where one is near, the word that was meant
 */
export function parseDockerfile(text: string): Dockerfile {
  const { file, errors } = parseTolerant(text);
  if (errors[0]) throw errors[0];
  if (file.instructions.length === 0) throw new DockerfileError('file with no instructions', { startLine: 0, endLine: 0 });
  return file;
}

/** As `parseDockerfile`, but goes on after a faulty instruction: what an editor wants. */
export function parseTolerant(text: string): { file: Dockerfile; errors: DockerfileError[] } {
  const source = text.replace(/^\uFEFF/, '');
  const lines = source.split(/\r?\n/);
  const file: Dockerfile = { directives: { escape: '\\' }, instructions: [], emptyContinuations: [], source };
  const errors: DockerfileError[] = [];
  try {
    file.directives = readDirectives(lines, source);
    const { escape } = file.directives;
    for (const line of logicalLines(lines, escape, source)) {
      if (line.hasEmptyContinuation) file.emptyContinuations.push({ start: line.startLine, end: line.endLine });
      const found = attempt(() => parseInstruction(line, escape), (from, to, message) => new DockerfileError(message, rangeAt(line, from, to), source));
      if (found instanceof DockerfileError) errors.push(found);
      else {
        const orphan = orphanError(found, file.instructions, source);
        if (orphan) errors.push(orphan);
        file.instructions.push(found);
      }
    }
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    errors.push(error);
  }
  return { file, errors };
}

/** Parses the text of an ONBUILD trigger, as an image keeps it. @throws DockerfileError */
export function parseTrigger(text: string): Instruction {
  const line = logicalLines(text.split('\n'), '\\', text)[0];
  if (!line) throw new DockerfileError('empty ONBUILD trigger', { startLine: 0, endLine: 0 });
  const found = attempt(() => parseInstruction(line, '\\'), (_from, _to, message) => new DockerfileError(`ONBUILD ${text}: ${message}`, { startLine: 0, endLine: 0 }));
  if (found instanceof DockerfileError) throw found;
  return found;
}

function attempt(work: () => Instruction, place: (from: number, to: number, message: string) => DockerfileError): Instruction | DockerfileError {
  try {
    return work();
  } catch (error) {
    if (error instanceof LineFault) return place(error.from, error.to, error.message);
    throw error;
  }
}

/** Only ARG may stand before the first FROM. */
function orphanError(found: Instruction, before: readonly Instruction[], source: string): DockerfileError | undefined {
  if (found.kind === 'FROM' || found.kind === 'ARG' || before.some((instruction) => instruction.kind === 'FROM')) return undefined;
  return new DockerfileError(`no build stage in current context: ${found.kind} stands before the first FROM`, { startLine: found.lines.start, endLine: found.lines.end }, source);
}
