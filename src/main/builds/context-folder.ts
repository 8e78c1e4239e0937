// A folder on this machine as a build context: walked with Docker's .dockerignore rules, packed by tar. The Dockerfile and the
// .dockerignore travel even when they are ignored, as the docker CLI does it: the builder needs them.
import { access, lstat, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NO_IGNORE, parseIgnore, type Ignore } from '../../engine/build/context/ignore.ts';
import { InvalidParameter, System } from '../../engine/wire/errors.ts';
import type { FolderDockerfiles } from '../contract/builds.ts';
import { spawnChild } from '../processes.ts';

/** `~` is the home folder. */
export const folderPath = (path: string): string => resolve(path.startsWith('~') ? join(homedir(), path.slice(1)) : path);

/** @throws InvalidParameter when there is no such folder */
export async function describeFolder(path: string): Promise<FolderDockerfiles> {
  const folder = folderPath(path);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidParameter(error.code === 'ENOENT' || error.code === 'ENOTDIR' ? `there is no folder ${folder}` : `the folder ${folder} can not be read`, { cause: error });
  });
  const found = await walk(folder, 'Dockerfile');
  return {
    path: folder,
    names: names.filter((name) => /(?:^|\.)(?:dockerfile|containerfile)(?:\.|$)/i.test(name) && !name.endsWith('.dockerignore')).sort((a, b) => (a === 'Dockerfile' ? -1 : b === 'Dockerfile' ? 1 : a < b ? -1 : 1)),
    files: found.files, ignored: found.ignored, sizeBytes: found.sizeBytes,
  };
}

/** The context as a tar stream. Destroying it ends tar. @throws InvalidParameter when the Dockerfile is missing */
export async function packFolder(path: string, dockerfile: string, signal?: AbortSignal): Promise<Readable> {
  const folder = folderPath(path);
  await access(join(folder, dockerfile)).catch((error: unknown) => { throw new InvalidParameter(`there is no ${dockerfile} in ${folder}`, { cause: error }); });
  const { paths } = await walk(folder, dockerfile);
  return tarOf(folder, paths, signal);
}

/** A context that is only a Dockerfile. */
export function packText(dockerfile: string): Uint8Array {
  const content = Buffer.from(dockerfile);
  const header = Buffer.alloc(512);
  header.write('Dockerfile');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512 + 1024)]);
}

interface Walked { paths: string[]; files: number; ignored: number; sizeBytes: number }

async function walk(folder: string, dockerfile: string): Promise<Walked> {
  const ignore = await readIgnore(folder, dockerfile);
  const always = new Set([dockerfile, '.dockerignore', `${dockerfile}.dockerignore`]);
  const found: Walked = { paths: [], files: 0, ignored: 0, sizeBytes: 0 };
  const visit = async (relative: string): Promise<boolean> => {
    const entries = await readdir(join(folder, relative), { withFileTypes: true });
    let hasAny = false;
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const isHidden = ignore.hiddenBy(path) !== undefined && !always.has(path);
      if (entry.isDirectory()) {
        if (isHidden && ignore.prunes(path)) {
          found.ignored++;
          continue;
        }
        const at = found.paths.push(path) - 1;
        const below = await visit(path);
        if (isHidden && !below) found.paths.splice(at, 1);
        hasAny ||= !isHidden || below;
      } else if (isHidden) found.ignored++;
      else if (entry.isFile() || entry.isSymbolicLink()) {
        found.paths.push(path);
        found.files++;
        if (entry.isFile()) found.sizeBytes += (await lstat(join(folder, path))).size;
        hasAny = true;
      }
    }
    return hasAny;
  };
  await visit('');
  return found;
}

async function readIgnore(folder: string, dockerfile: string): Promise<Ignore> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) return parseIgnore(text);
  }
  return NO_IGNORE;
}

function tarOf(folder: string, paths: readonly string[], signal: AbortSignal | undefined): Readable {
  const tar = spawnChild('tar', ['--create', '--file=-', `--directory=${folder}`, '--null', '--no-recursion', '--verbatim-files-from', '--files-from=-'], { stderr: 'pipe' });
  const out = new PassThrough({ highWaterMark: 1 << 20 });
  let said = '';
  tar.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  tar.stdin.on('error', () => {}); // tar ended early: its exit code says why
  tar.stdin.end(paths.map((path) => `${path}\0`).join(''));
  const exited = new Promise<number>((done) => tar.once('close', (code) => done(code ?? -1)).once('error', () => done(-1)));
  pipeline(tar.stdout, out, { end: false, ...(signal ? { signal } : {}) }).then(
    async () => {
      const code = await exited;
      if (code === 0) out.end();
      else out.destroy(new System(`the folder could not be packed: ${said.trim().split('\n')[0] ?? ''}`));
    },
    (error: unknown) => out.destroy(error as Error),
  );
  out.once('close', () => tar.kill());
  return out;
}
