// Advice for an image that carries the compiler which made its program: compile in a stage of its own, copy the program out.
// The edit is offered where the program's path and its way into the image are plain to see.
import { posix } from 'node:path';
import type { Dockerfile, Instruction } from '../dockerfile/ast.ts';
import type { Finding } from './finding.ts';

const COMPILES = /\b(?:go\s+build|gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?|rustc)\b[^;&|]*?\s-o[ =]?([\w./-]+)/;
const COMPILER_IMAGE = /^(?:[\w.:-]+\/)*(?:golang|rust|gcc)(?::|@|$)/;
const INSTALLS_COMPILER = /\b(?:apt(?:-get)?\s+(?:-\S+\s+)*install|apk\s+(?:-\S+\s+)*add|(?:dnf|yum)\s+(?:-\S+\s+)*install)\b[^;&|]*\b(?:build-essential|build-base|gcc|g\+\+|clang|golang(?:-go)?|rustc|cargo)\b/;
/** What describes the image and holds no files: valid in the second stage as it stands. */
const DESCRIBES = new Set<Instruction['kind']>(['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR']);

/** @param stage the last one, which becomes the image */
export function adviseStages(file: Dockerfile, stage: readonly Instruction[]): Finding[] {
  const [from] = stage;
  if (from?.kind !== 'FROM') return [];
  const at = stage.findLastIndex((instruction) => instruction.kind === 'RUN' && COMPILES.test(instruction.source));
  const compile = stage[at];
  const installs = stage.some(({ kind, source }) => kind === 'RUN' && INSTALLS_COMPILER.test(source));
  if (!compile || !(installs || COMPILER_IMAGE.test(from.base))) return [];
  const text = splitText(file, stage, at, installs ? from.base : runtimeOf(from.base));
  const [startLine, endLine] = [from.lines.start, stage.at(-1)?.lines.end ?? compile.lines.end];
  return [{
    rule: 'SeparateBuildStage', kind: 'advice', startLine: compile.lines.start, endLine: compile.lines.end,
    message: 'the compiler stays in the image: compile in a stage of its own and copy only the program',
    ...(text === undefined ? {} : { fix: { title: 'Split into two stages', startLine, endLine, text } }),
  }];
}

/** An image of the same C library without the compiler. */
const runtimeOf = (base: string): string => (/alpine/.test(base) ? 'alpine:3' : 'debian:12-slim');

function splitText(file: Dockerfile, stage: readonly Instruction[], compileAt: number, runtime: string): string | undefined {
  const [from] = stage;
  const program = COMPILES.exec(stage[compileAt]?.source ?? '')?.[1];
  const after = stage.slice(compileAt + 1);
  if (from?.kind !== 'FROM' || from.stage !== undefined || program === undefined || after.some(({ kind }) => !DESCRIBES.has(kind))) return undefined;
  const before = stage.slice(1, compileAt + 1);
  const folder = before.reduce((path, instruction) => (instruction.kind === 'WORKDIR' ? posix.resolve(path, instruction.path) : path), '/');
  const path = posix.resolve(folder, program);
  if (path.includes('$')) return undefined;
  const lines = (instruction: Instruction) => file.source.split(/\r?\n/).slice(instruction.lines.start - 1, instruction.lines.end);
  return [
    ...lines(from).map((line) => `${line.trimEnd()} AS build`), ...before.flatMap(lines), '',
    `FROM ${runtime}`, ...before.filter(({ kind }) => DESCRIBES.has(kind)).flatMap(lines), `COPY --from=build ${path} ${path}`, ...after.flatMap(lines),
  ].join('\n');
}
