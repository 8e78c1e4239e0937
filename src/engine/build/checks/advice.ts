// Advice on size and speed, each with a one-click edit where the change is certain: caches left in layers, RUNs that could be one,
// the whole context copied before dependencies are installed, compilers left in the image.
import type { Dockerfile, Instruction, Run } from '../dockerfile/ast.ts';
import type { Finding } from './finding.ts';
import { adviseStages } from './multi-stage.ts';
import { stagesOf } from './places.ts';

interface PackageTool { name: string; installs: RegExp; cleans: RegExp; clean: string }

const TOOLS: PackageTool[] = [
  { name: 'apt', installs: /\bapt(?:-get)?\s+(?:-\S+\s+)*install\b/, cleans: /\/var\/lib\/apt\/lists|--mount=type=cache/, clean: 'rm -rf /var/lib/apt/lists/*' },
  { name: 'apk', installs: /\bapk\s+(?:-\S+\s+)*add\b(?!.*--no-cache)/, cleans: /--no-cache|\/var\/cache\/apk/, clean: 'rm -rf /var/cache/apk/*' },
  { name: 'yum', installs: /\b(?:yum|dnf|microdnf)\s+(?:-\S+\s+)*install\b/, cleans: /\bclean\s+all\b/, clean: 'dnf clean all' },
  { name: 'pip', installs: /\bpip3?\s+install\b/, cleans: /--no-cache-dir|PIP_NO_CACHE_DIR|--mount=type=cache|\.cache\/pip/, clean: 'rm -rf /root/.cache/pip' },
  { name: 'npm', installs: /\bnpm\s+(?:ci|install|i)\b/, cleans: /npm cache clean|--mount=type=cache|\.npm\b/, clean: 'npm cache clean --force' },
];

export function adviseDockerfile(file: Dockerfile): Finding[] {
  const stages = stagesOf(file.instructions);
  return [...stages.flatMap((stage) => [...uncleanCaches(file, stage), ...splitRuns(file, stage), ...earlyCopy(stage)]), ...adviseStages(file, stages.at(-1) ?? [])];
}

function uncleanCaches(file: Dockerfile, stage: readonly Instruction[]): Finding[] {
  return stage.flatMap((instruction): Finding[] => {
    if (instruction.kind !== 'RUN' || instruction.command.form !== 'shell' || instruction.heredocs.length > 0) return [];
    const { source, lines } = instruction;
    return TOOLS.filter(({ installs, cleans }) => installs.test(source) && !cleans.test(source)).map(({ name, clean }) => ({
      rule: 'CleanPackageCache', kind: 'advice', startLine: lines.start, endLine: lines.end,
      message: `${name} leaves its cache in this layer: remove it in the same RUN, or keep it outside with --mount=type=cache`,
      fix: { title: `Add "${clean}"`, startLine: lines.start, endLine: lines.end, text: `${written(file, instruction).trimEnd()} \\\n    && ${clean}` },
    }));
  });
}

function splitRuns(file: Dockerfile, stage: readonly Instruction[]): Finding[] {
  const found: Finding[] = [];
  let group: Run[] = [];
  const flush = () => {
    const [first, last] = [group[0], group.at(-1)];
    if (first && last && group.length > 1) {
      const commands = group.map((run) => written(file, run).replace(/^\s*run\s+/i, '').trim());
      found.push({
        rule: 'MergeRuns', kind: 'advice', startLine: first.lines.start, endLine: last.lines.end,
        message: `${group.length} RUN instructions in a row make ${group.length} layers: files removed by a later one still take space in the earlier`,
        fix: { title: 'Merge them into one RUN', startLine: first.lines.start, endLine: last.lines.end, text: `RUN ${commands.join(' \\\n && ')}` },
      });
    }
    group = [];
  };
  for (const instruction of stage) {
    const isSimple = instruction.kind === 'RUN' && instruction.command.form === 'shell' && instruction.heredocs.length === 0 && instruction.mounts.length === 0 && instruction.network === undefined;
    const previous = group.at(-1);
    if (isSimple && (!previous || previous.lines.end + 1 === instruction.lines.start)) group.push(instruction);
    else {
      flush();
      if (isSimple) group.push(instruction);
    }
  }
  flush();
  return found;
}

function earlyCopy(stage: readonly Instruction[]): Finding[] {
  const copyAt = stage.findIndex((instruction) => instruction.kind === 'COPY' && instruction.from === undefined && instruction.sources.some((source) => /^\.?\/?$/.test(source)));
  const install = copyAt < 0 ? undefined : stage.slice(copyAt + 1).find(({ kind, source }) => kind === 'RUN' && /\b(?:npm (?:ci|install)|yarn install|pnpm install|pip3? install -r|bundle install|go mod download|cargo fetch|composer install)\b/.test(source));
  const copy = stage[copyAt];
  if (!copy || !install) return [];
  return [{
    rule: 'CopyManifestsFirst', kind: 'advice', startLine: copy.lines.start, endLine: copy.lines.end,
    message: `any change of any file repeats the installation on line ${install.lines.start}: copy the manifests first, install, then copy the rest`,
  }];
}

const written = (file: Dockerfile, { lines }: Instruction): string => file.source.split(/\r?\n/).slice(lines.start - 1, lines.end).join('\n');
