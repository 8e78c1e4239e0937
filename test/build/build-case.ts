// Builds one case of the corpus on any Docker engine through the docker CLI's classic builder, and reads the image back.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync, readFileSync, chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ContextFile, CorpusCase } from './corpus/case.ts';
import { readSavedImage, type SavedImage } from './image-tree.ts';

export interface CaseResult { code: number; output: string; image: SavedImage | undefined }

/** @param keep the image stays (the engine is thrown away after the tests) */
export function buildCase(socketPath: string, corpusCase: CorpusCase, keep = false): CaseResult {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-corpus-'));
  try {
    const context = join(folder, 'context');
    mkdirSync(context);
    writeContext(context, corpusCase);
    const tag = `corpus/${corpusCase.name}:latest`;
    const docker = (...args: string[]) => spawnSync('docker', ['-H', `unix://${socketPath}`, ...args], { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env['PATH'], HOME: folder, DOCKER_BUILDKIT: '0' } });
    const built = docker('build', '--force-rm', '-t', tag, ...(corpusCase.flags ?? []), context);
    const output = built.stdout + built.stderr.replace(/DEPRECATED:[^]*?environment-variable\.\s*/, '');
    if (built.status !== 0) return { code: built.status ?? -1, output, image: undefined };
    const archive = join(folder, 'saved.tar');
    const saved = docker('save', '-o', archive, tag);
    if (saved.status !== 0) throw new Error(`docker save ${tag}: ${saved.stderr}`);
    if (!keep) docker('rmi', '-f', tag);
    return { code: 0, output, image: readSavedImage(archive) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeContext(folder: string, { dockerfile, files = {} }: CorpusCase): void {
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  for (const [path, file] of Object.entries(files)) writeOne(join(folder, path), file);
  for (const [path, file] of Object.entries(files)) if (typeof file !== 'string' && file.folder) chmodSync(join(folder, path), file.mode ?? 0o755);
}

function writeOne(path: string, file: ContextFile): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof file === 'string') return writeOne(path, { content: file });
  if (file.folder) mkdirSync(path, { recursive: true });
  else if (file.link !== undefined) symlinkSync(file.link, path);
  else if (file.content === '@tar' || file.content === '@tar.gz') makeTar(path, file.content === '@tar.gz');
  else {
    const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync) ?? '';
    writeFileSync(path, file.content === '@busybox' ? readFileSync(busybox) : (file.content ?? ''));
    chmodSync(path, file.mode ?? 0o644);
    if (file.mtime !== undefined) utimesSync(path, file.mtime, file.mtime);
  }
}

/** A tar with `in/file` (owner 5:6, mode 640) and `in/link`. */
function makeTar(path: string, gzip: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-tar-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/file'), 'packed');
  chownSync(join(folder, 'in/file'), 5, 6);
  chmodSync(join(folder, 'in/file'), 0o640);
  symlinkSync('file', join(folder, 'in/link'));
  execFileSync('tar', [gzip ? '-czf' : '-cf', path, '-C', folder, 'in']);
  rmSync(folder, { recursive: true });
}

/** What differs from the expectation; empty: nothing. */
export function judge(corpusCase: CorpusCase, result: CaseResult): string[] {
  const { fails, exitCode, config, tree } = corpusCase;
  if (fails) {
    const found: string[] = [];
    if (result.code === 0) return ['the build should have failed'];
    if (!fails.test(result.output)) found.push(`the output does not say ${fails}: ${result.output.slice(-400)}`);
    if (exitCode !== undefined && result.code !== exitCode) found.push(`exit code ${result.code}, not ${exitCode}`);
    return found;
  }
  if (!result.image) return [`the build failed (${result.code}): ${result.output.slice(-600)}`];
  const { image } = result;
  const differences = Object.entries(config ?? {}).filter(([key, value]) => sorted(image.config[key] ?? null) !== sorted(value)).map(([key, value]) => `Config.${key} is ${JSON.stringify(image.config[key])}, not ${JSON.stringify(value)}`);
  for (const [path, wanted] of Object.entries(tree ?? {})) {
    const found = image.tree.get(path);
    if ((found ?? null) !== wanted) differences.push(`${path} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
  return differences;
}

/** JSON with sorted keys: the order of map keys means nothing. */
export const sorted = (value: unknown): string => JSON.stringify(value, (_key, inner: unknown) => (inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
