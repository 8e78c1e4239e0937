// The engine as one file that runs on a bare Linux machine: its sources (or the packaged scripts), its few modules, a Node.
// Made with tar on this machine when first needed, kept by content: its digest is the version that is compared on the other side.

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { NotImplemented, System } from '../../engine/wire/errors.ts';
import type { ProxyChild } from './ssh/proxy-command.ts';

export interface EngineBundle {
  path: string;
  bytes: number;
  /** SHA-256 of the file. */
  digest: string;
  /** `0.1.0+1a2b3c4d`. */
  version: string;
  /** What Node is given to run, below the unpacked folder. */
  entry: string;
}

export interface BundleSource {
  /** The application's root: with `src/engine` in a checkout, `out/engine` when packaged. */
  root: string;
  /** Where finished bundles are kept. */
  cache: string;
  spawn(file: string, args: string[]): ProxyChild;
}

/** `uname -m` to the names of npm packages. */
const MACHINES: Record<string, string> = { x86_64: 'x64', aarch64: 'arm64' };
const MODULES = ['koffi', 'yaml'];

/** Make the bundle for a machine, or take the one made before. @throws NotImplemented when this installation lacks the parts for it */
export async function makeEngineBundle({ root, cache, spawn }: BundleSource, machine: string): Promise<EngineBundle> {
  const arch = MACHINES[machine];
  const node = `node_modules/node-linux-${arch}/bin`;
  const native = `node_modules/@koromix/koffi-linux-${arch}`;
  for (const path of [node, native]) {
    if (!arch || !await exists(join(root, path))) throw new NotImplemented(`this installation of Gantry has no engine for ${machine} machines`);
  }
  const engine = await exists(join(root, 'src/engine/daemon.ts')) ? 'src/engine' : 'out/engine';
  const entry = engine === 'src/engine' ? 'src/engine/daemon.ts' : 'out/engine/daemon.js';
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const id = createHash('sha256');
  for (const file of await filesOf(join(root, engine))) id.update(file).update(await readFile(join(root, engine, file)));
  const path = join(cache, `engine-${version}-${arch}-${id.digest('hex').slice(0, 12)}.tgz`);
  if (!await exists(path)) {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    // -h: in a development checkout node_modules may be a link. No owner names: the other machine has other people.
    await writeOutput(spawn('tar', ['-czh', '--owner=0', '--group=0', '--exclude=*.test.ts', '--exclude=*.md', '-C', root, 'package.json', engine, ...MODULES.map((name) => `node_modules/${name}`), native, node]), path);
  }
  const digest = await digestOf(path);
  return { path, bytes: (await stat(path)).size, digest, version: `${version}+${digest.slice(0, 8)}`, entry };
}

async function writeOutput(child: ProxyChild, path: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => { said = (said + chunk.toString('utf8')).slice(-1000); });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end();
  try {
    const [, code] = await Promise.all([pipeline(child.stdout, createWriteStream(part)), ended]);
    if (code !== 0) throw new System(`the engine's bundle cannot be made: ${said}`);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false); // "not there" is an answer here
}
