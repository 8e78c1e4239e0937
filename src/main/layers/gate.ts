// The CI gate behind `npm run -s layers -- IMAGE|ARCHIVE`: reads, reports, tries rules. Pure of the process: argv in, exit code out.
import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bytesText } from '../../engine/layers/advice-item.ts';
import { reportToHtml } from '../../engine/layers/report-html.ts';
import { applyRules, parseDiveCi, parseRules, type RuleResult } from '../../engine/layers/report-rules.ts';
import { analyseImage, type LayersReport } from '../../engine/layers/report.ts';
import { errorMessage, InvalidParameter } from '../../engine/wire/errors.ts';
import { createDockerClient, type DockerClient } from '../docker/client.ts';
import { readArchive, readArchivePath } from './archive-reader.ts';
import { archiveInput, engineInput } from './image-input.ts';

export interface GateMachine {
  argv: string[];
  folder: string;
  /** DOCKER_HOST */
  dockerHost?: string | undefined;
  /** sockets to try in this order when nothing else names an engine */
  sockets: string[];
  /** standard input, read when the target is "-" */
  input?: AsyncIterable<Buffer>;
  out: (text: string) => void;
  err: (text: string) => void;
  signal?: AbortSignal;
}

export const EXIT = { passed: 0, failed: 1, unreadable: 2 } as const;

const USAGE = `usage: npm run -s layers -- IMAGE|ARCHIVE|- [options]

Reads an image of an engine, an archive (docker save, OCI layout; plain, gzip, zstd; "-" is standard input) or a folder in
OCI layout.

  --json                 print the report as JSON
  --fail-if RULE         exit 1 when it holds; may be repeated. It names a figure of the report: 'efficiency<0.9',
                         'totals.reclaimableBytes>20MB', 'layers[0].files.added>1000', or one of every layer:
                         'layers.sizeBytes>500MiB'
  --ci-config FILE       a .dive-ci file (default: .dive-ci in this folder, when there is one)
  --html FILE            write the report as one self-contained page
  --image NAME           which image of an archive that holds several
  --platform OS/ARCH     which platform of it
  --host ADDRESS         the engine: unix:///path or tcp://host:port (default: DOCKER_HOST, then the usual sockets)

Exit code: 0 when all rules pass, 1 when one fails, 2 when the input cannot be read.
`;

/** @returns the exit code; never rejects */
export async function runGate(machine: GateMachine): Promise<number> {
  try {
    const { values, positionals } = readArguments(machine.argv);
    if (values.help) { machine.out(USAGE); return EXIT.passed; }
    if (positionals.length !== 1) throw new InvalidParameter(`one image or archive is needed\n${USAGE}`);
    const target = positionals[0] as string;
    const rules = [...(values['fail-if'] ?? []).flatMap(parseRules), ...(await diveRules(values['ci-config'], machine.folder))];
    const input = await readTarget(machine, target, values);
    const { report } = analyseImage(input);
    const results = applyRules(rules, report);
    if (values.html !== undefined) await writeFile(resolve(machine.folder, values.html), reportToHtml(report, new Date().toISOString()));
    machine.out(values.json ? `${JSON.stringify({ ...report, ...(rules.length > 0 ? { rules: results } : {}) })}\n` : table(report));
    for (const result of results.filter(({ failed }) => failed)) machine.err(`failed: ${result.rule} (it is ${result.actual})\n`);
    if (!values.json && rules.length > 0) machine.out(verdict(results));
    return results.some(({ failed }) => failed) ? EXIT.failed : EXIT.passed;
  } catch (error) {
    machine.err(`layers: ${errorMessage(error)}\n`);
    return EXIT.unreadable;
  }
}

async function readTarget(machine: GateMachine, target: string, { image, platform, host }: { image?: string; platform?: string; host?: string }) {
  const { signal } = machine;
  const wanted = { wanted: image, platform };
  if (target === '-') return archiveInput(await readArchive(machine.input ?? nothing(), { signal }), 'standard input', wanted);
  const path = resolve(machine.folder, target);
  const info = statSync(path, { throwIfNoEntry: false });
  const isOnDisk = info !== undefined && (!info.isDirectory() || isLayout(path) || /^[./]/.test(target)); // a folder "alpine" hides no image
  if (isOnDisk) return archiveInput(await readArchivePath(path, { signal }), target, wanted);
  return withEngine(machine, host, (client) => engineInput(client, target, { signal, platform }));
}

async function* nothing(): AsyncGenerator<Buffer> { /* no standard input */ }

function isLayout(folder: string): boolean {
  return ['index.json', 'manifest.json', 'oci-layout'].some((name) => existsSync(join(folder, name)));
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, 'fail-if': { type: 'string', multiple: true }, 'ci-config': { type: 'string' },
        html: { type: 'string' }, image: { type: 'string' }, platform: { type: 'string' }, host: { type: 'string' },
      },
    });
  } catch (error) {
    throw new InvalidParameter(`${(error as Error).message}\n${USAGE}`);
  }
}

async function diveRules(named: string | undefined, folder: string) {
  const path = resolve(folder, named ?? '.dive-ci');
  if (named === undefined && !existsSync(path)) return [];
  return parseDiveCi(await readFile(path, 'utf8'));
}

async function withEngine<T>(machine: GateMachine, host: string | undefined, work: (client: DockerClient) => Promise<T>): Promise<T> {
  const address = host ?? machine.dockerHost ?? machine.sockets.filter(existsSync).map((path) => `unix://${path}`)[0];
  if (address === undefined) throw new InvalidParameter('no such file, and no engine to ask for an image of that name (give --host)');
  const url = /^(unix|tcp):\/\/(.+)$/.exec(address);
  if (url === null) throw new InvalidParameter(`cannot reach an engine at ${address}: unix:// or tcp:// is needed`);
  const [name, port] = (url[2] as string).split(':');
  await using client = createDockerClient(async () => connect(url[1] === 'unix' ? { path: url[2] as string } : { host: name as string, port: Number(port ?? 2375) }));
  return await work(client);
}

function verdict(results: RuleResult[]): string {
  return `${results.map((result) => `${result.failed ? 'FAIL' : 'pass'}  ${result.rule}  (${Number(result.actual.toFixed(4))})`).join('\n')}\n`;
}

function table({ image, platform, layers, totals, advice }: LayersReport): string {
  const rows = layers.map((layer) => [
    String(layer.index).padStart(3), bytesText(layer.sizeBytes).padStart(10), bytesText(layer.compressedBytes).padStart(10), bytesText(layer.reclaimableBytes).padStart(10),
    layer.error === undefined ? plain(layer.instruction || layer.diffId).slice(0, 100) : `BROKEN: ${plain(layer.error)}`,
  ].join('  '));
  return [
    `${plain(image)}  ${platform}`,
    `  #        size  compressed  reclaimable  instruction`, ...rows, '',
    `efficiency ${(100 * totals.efficiency).toFixed(2)} %   stored ${bytesText(totals.storedBytes)}   visible ${bytesText(totals.visibleBytes)}   reclaimable ${bytesText(totals.reclaimableBytes)}`
      + ` (overwritten ${bytesText(totals.overwrittenBytes)}, deleted later ${bytesText(totals.deletedLaterBytes)}, metadata only ${bytesText(totals.metadataOnlyBytes)})   duplicates ${bytesText(totals.duplicateContentBytes)}`,
    ...advice.slice(0, 10).map((item) => `- ${plain(item.title)}`), '',
  ].join('\n');
}

/** Terminals obey control characters; names in images may hold them. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
