// The rules of the CI gate: `--fail-if 'efficiency<0.9'` and dive's `.dive-ci` file (dive's README, "CI Integration").
import { parse as parseYaml } from 'yaml';
import { InvalidParameter } from '../wire/errors.ts';
import type { LayersReport } from './report.ts';

export interface Rule {
  /** as written by the person */
  text: string;
  /** name of a figure of the report */
  figure: string;
  operator: '<' | '<=' | '>' | '>=' | '==' | '!=';
  value: number;
}

export interface RuleResult { rule: string; actual: number; failed: boolean }

const UNITS: Record<string, number> = {
  '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, K: 1e3, M: 1e6, G: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40, '%': 0.01,
};
const ALIASES: Record<string, string> = {
  wastedBytes: 'reclaimableBytes', reclaimable: 'reclaimableBytes', wasted: 'reclaimableBytes', size: 'storedBytes', userWastedPercent: 'userWastedFraction',
  deletedBytes: 'deletedLaterBytes', duplicateBytes: 'duplicateContentBytes',
};

/** The figures of the whole image that a rule may name. */
function figuresOf(report: LayersReport): Record<string, number> {
  return {
    ...report.totals,
    layers: report.layers.length,
    brokenLayers: report.layers.filter((layer) => layer.error !== undefined).length,
    waste: report.waste.length,
    advice: report.advice.length,
    secrets: report.advice.filter((item) => item.kind === 'secret').length,
  };
}

/**
 * What a name of a rule stands for: `efficiency` or `totals.efficiency`, `layers[2].files.added`, and `layers.sizeBytes` for the
 * sizes of all layers.
 * @throws InvalidParameter when there is no such figure
 */
function valuesOf(name: string, report: LayersReport): number[] {
  const figures = figuresOf(report);
  const whole = figures[name.replace(/^totals\./, '')];
  if (whole !== undefined) return [whole];
  const [, index, field] = /^layers(?:\[(\d*)\])?\.(.+)$/.exec(name) ?? [];
  if (field !== undefined) {
    const wanted = index ? report.layers.slice(Number(index), Number(index) + 1) : report.layers;
    const values = wanted.map((layer) => figuresOfLayer(layer)[field]);
    if (values.every((value) => value !== undefined) && (values.length > 0 || !index)) return values;
  }
  const known = [...Object.keys(figures), ...Object.keys(figuresOfLayer(NO_LAYER)).map((key) => `layers.${key}`)];
  throw new InvalidParameter(`unknown figure ${name} (known: ${known.join(', ')})`);
}

const NO_LAYER = { index: 0, sizeBytes: 0, compressedBytes: 0, reclaimableBytes: 0, files: { added: 0, content: 0, metadata: 0, type: 0, link: 0, removed: 0 } };

function figuresOfLayer({ sizeBytes, compressedBytes, reclaimableBytes, files }: Pick<LayersReport['layers'][number], keyof typeof NO_LAYER>): Record<string, number> {
  return { sizeBytes, compressedBytes, reclaimableBytes, ...Object.fromEntries(Object.entries(files).map(([key, count]) => [`files.${key}`, count])) };
}

/**
 * Reads "FIGURE OPERATOR VALUE", several parted by "," or "||"; a value may have a unit (20MB, 1GiB, 5%).
 * @throws InvalidParameter when it is not of that form
 */
export function parseRules(text: string): Rule[] {
  return text.split(/,|\|\|/).map((part) => {
    const match = /^\s*([A-Za-z][\w.[\]]*)\s*(<=|>=|==|!=|<|>|=)\s*([0-9.]+)\s*([A-Za-z%]*)\s*$/.exec(part);
    const unit = UNITS[match?.[4]?.toUpperCase() ?? ''];
    const value = Number(match?.[3]);
    if (match === null || unit === undefined || Number.isNaN(value)) throw new InvalidParameter(`invalid rule: ${JSON.stringify(part.trim())}`);
    const name = match[1] as string;
    return { text: part.trim(), figure: ALIASES[name] ?? name, operator: (match[2] === '=' ? '==' : match[2]) as Rule['operator'], value: value * unit };
  });
}

/**
 * The rules of a `.dive-ci` file. A key that is not there is no rule: what fails a build stands in the file (dive adds presets that
 * it counts in its own way).
 * @throws InvalidParameter when it is no YAML or a value is no number
 */
export function parseDiveCi(text: string): Rule[] {
  let rules: Record<string, unknown>;
  try {
    rules = ((parseYaml(text) as { rules?: Record<string, unknown> } | null)?.rules ?? {}) as Record<string, unknown>;
  } catch (error) {
    throw new InvalidParameter('invalid .dive-ci file', { cause: error });
  }
  const keys: [key: string, figure: string, operator: Rule['operator']][] = [
    ['lowestEfficiency', 'efficiency', '<'],
    ['highestWastedBytes', 'reclaimableBytes', '>'],
    ['highestUserWastedPercent', 'userWastedFraction', '>'],
  ];
  return keys.flatMap(([key, figure, operator]) => {
    const found = Object.entries(rules).find(([name]) => name.replaceAll('-', '').toLowerCase() === key.toLowerCase())?.[1];
    const wanted = (typeof found === 'string' || typeof found === 'number' ? `${found}` : found === false ? 'disabled' : 'disabled').trim();
    if (wanted.toLowerCase() === 'disabled') return [];
    const [rule] = parseRules(`${figure}${operator}${wanted}`);
    return [{ ...(rule as Rule), text: `${key}: ${wanted}` }];
  });
}

/**
 * Tries the rules on a report. When a layer could not be read whole the figures cannot be trusted: that fails too.
 * @throws InvalidParameter when a rule names a figure that is not there
 */
export function applyRules(rules: readonly Rule[], report: LayersReport): RuleResult[] {
  const results = rules.map((rule): RuleResult => {
    const values = valuesOf(rule.figure, report);
    const failing = values.find((value) => holds(value, rule));
    return { rule: rule.text, actual: failing ?? values[0] ?? 0, failed: failing !== undefined };
  });
  const broken = report.layers.filter((layer) => layer.error !== undefined).length;
  if (rules.length > 0 && broken > 0) results.push({ rule: 'every layer can be read', actual: broken, failed: true });
  return results;
}

function holds(actual: number, { operator, value }: Rule): boolean {
  switch (operator) {
    case '<': return actual < value;
    case '<=': return actual <= value;
    case '>': return actual > value;
    case '>=': return actual >= value;
    case '==': return actual === value;
    case '!=': return actual !== value;
  }
}
