// Checks about stages and their platforms.
import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Finding } from './finding.ts';
import { lineFix } from './places.ts';

const RESERVED = new Set(['context', 'scratch']);

export function checkStages(file: Dockerfile): Finding[] {
  const found: Finding[] = [];
  const names = new Set<string>();
  for (const from of file.instructions) {
    if (from.kind !== 'FROM') continue;
    const { lines } = from;
    const add = (rule: string, message: string, fix?: Finding['fix']) => found.push({ rule, message, startLine: lines.start, endLine: lines.end, kind: 'check', ...(fix ? { fix } : {}) });
    const written = /\sas\s+(\S+)\s*$/i.exec(from.source)?.[1];
    if (from.stage !== undefined && written !== undefined) {
      if (written !== from.stage) add('StageNameCasing', `Stage name '${written}' should be lowercase`, lineFix(file, lines.start, written, from.stage));
      const isUpper = from.keyword === from.keyword.toUpperCase();
      if (from.asKeyword !== undefined && from.asKeyword !== (isUpper ? 'AS' : 'as')) {
        add('FromAsCasing', `'${from.asKeyword}' and '${from.keyword}' keywords' casing do not match`, lineFix(file, lines.start, ` ${from.asKeyword} `, isUpper ? ' AS ' : ' as '));
      }
      if (names.has(from.stage)) add('DuplicateStageName', `Duplicate stage name '${from.stage}', stage names should be unique`);
      if (RESERVED.has(from.stage)) add('ReservedStageName', `Stage name should not use the same name as reserved stage "${from.stage}"`);
      names.add(from.stage);
    }
    const { platform } = from;
    if (platform === undefined) continue;
    if (/^\$\{?TARGETPLATFORM\}?$/.test(platform)) add('RedundantTargetPlatform', `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`, lineFix(file, lines.start, `--platform=${platform} `, ''));
    else if (!platform.includes('$') && !names.has(from.base.toLowerCase())) add('FromPlatformFlagConstDisallowed', `FROM --platform flag should not use constant value "${platform}"`);
  }
  return found;
}
