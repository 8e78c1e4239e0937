// Reads the project's own modules: what each imports, exports and contains. oxc-parser, because TypeScript 7 has no
// compiler API in JavaScript, and a parser is not fooled by an import inside a string.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface Import {
  /** as written */
  specifier: string;
  /** path from the project's root for a relative import, otherwise as written */
  target: string;
  /** `import type` or only type bindings: gone at run time */
  isType: boolean;
  isDynamic: boolean;
}

export interface Source {
  /** from the project's root, with slashes */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  /** nothing but types, and the imports they need */
  isTypesOnly: boolean;
  /** only re-exports */
  isBarrel: boolean;
  startsWithComment: boolean;
  /** text with comments blanked out */
  code: string;
}

export const root = normalize(join(import.meta.dirname, '../..'));

/** All modules below the folders, tests included. */
export function readSources(...folders: string[]): Source[] {
  return folders.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|tsx|mjs)$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => readSource(join(folder, name))),
  );
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const { module, program, comments } = parseSync(path, text);
  const resolve = (specifier: string) => (specifier.startsWith('.') ? relative(root, join(root, dirname(path), specifier)) : specifier);
  const imports: Import[] = [];
  const add = (specifier: string, isType: boolean, isDynamic = false) => imports.push({ specifier, target: resolve(specifier), isType, isDynamic });
  for (const { moduleRequest, entries } of module.staticImports) {
    add(moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType));
  }
  for (const { entries } of module.staticExports) {
    const [first] = entries;
    if (first?.moduleRequest) add(first.moduleRequest.value, entries.every((entry) => entry.isType));
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^['"`]([^'"`$]*)['"`]$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1]) add(literal[1], false, true);
  }
  const body = program.body as { type: string; source?: unknown; importKind?: string; exportKind?: string; declaration?: { type: string } | null }[];
  const isTypeStatement = (statement: (typeof body)[number]) =>
    /^TS(TypeAlias|Interface)Declaration$/.test(statement.declaration?.type ?? statement.type) || statement.importKind === 'type' || statement.exportKind === 'type';
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports,
    isTypesOnly: body.length > 0 && body.every(isTypeStatement),
    isBarrel: body.length > 0 && body.every((statement) => /^Export(All|Named)Declaration$/.test(statement.type) && Boolean(statement.source)),
    startsWithComment: (comments[0]?.start ?? Infinity) <= (body[0] ? (body[0] as { start?: number }).start ?? 0 : Infinity),
    code: comments.reduce((code, { start, end }) => code.slice(0, start) + ' '.repeat(end - start) + code.slice(end), text),
  };
}

/** Shortest-first cycles among run-time imports, each as `a -> b -> a`. */
export function cycles(sources: Source[]): string[] {
  const edges = new Map(sources.map((source) => [source.path, source.imports.filter((entry) => !entry.isType && !entry.isDynamic).map((entry) => entry.target)]));
  const found = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  const visit = (path: string, trail: string[]) => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.add([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const target of edges.get(path) ?? []) if (edges.has(target)) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of edges.keys()) visit(path, []);
  return [...found];
}
