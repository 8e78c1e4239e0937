// Places that checks look at: the instructions of each stage, and edits of one line.
import type { Dockerfile, Instruction } from '../dockerfile/ast.ts';
import type { Finding } from './finding.ts';

export function stagesOf(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.kind === 'FROM') stages.push([instruction]);
    else stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** Replaces the first `from` of a line. */
export function lineFix(file: Dockerfile, line: number, from: string, to: string): Finding['fix'] {
  const text = file.source.split(/\r?\n/)[line - 1];
  return text?.includes(from) ? { title: `Write ${to}`, startLine: line, endLine: line, text: text.replace(from, to) } : undefined;
}
