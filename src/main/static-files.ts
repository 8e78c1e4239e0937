// The built renderer as bytes: files below one folder, with index.html for every address that names no file (the app's own routes).
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { Readable } from 'node:stream';

export interface StaticFile { stream: () => Readable; contentType: string; sizeBytes: number; immutable: boolean }

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** @param pathname of the URL, still percent-encoded; nothing outside `root` is ever named */
export async function staticFile(root: string, pathname: string): Promise<StaticFile | undefined> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined; // not a name we ever gave out
  }
  if (decoded.includes('\0')) return undefined;
  const relative = normalize(`/${decoded}`);
  const file = await fileAt(join(root, relative));
  if (file) return { ...file, immutable: relative.startsWith('/assets/') };
  if (extname(relative) !== '' && relative.startsWith('/assets/')) return undefined;
  const index = await fileAt(join(root, 'index.html'));
  return index && { ...index, immutable: false };
}

async function fileAt(path: string): Promise<Omit<StaticFile, 'immutable'> | undefined> {
  const info = await stat(path).catch(() => undefined); // absent is the answer
  if (!info?.isFile()) return undefined;
  return { stream: () => createReadStream(path), contentType: TYPES[extname(path)] ?? 'application/octet-stream', sizeBytes: info.size };
}
