// Processes, changes, limits, recreation and files of a container, over the contract.
import { posix } from 'node:path';
import { EngineError, InvalidParameter } from '../../engine/wire/errors.ts';
import type { FileChange, Isolation } from '../contract/container-tools.ts';
import { lifeOf, type WireLife } from './container-life.ts';
import type { DockerEvent } from '../contract/system.ts';
import { filters, type DockerClient } from '../docker/client.ts';
import { listFolder } from '../files/folder.ts';
import { runInside } from '../files/inside.ts';
import { firstFile, tarOf } from '../files/tar.ts';
import { rpc } from './base.ts';
import { recreate } from './containers-recreate.ts';
import { isNotFound } from './not-found.ts';

const PREVIEW_BYTES = 1 << 20;
const path = (id: string, verb: string) => `/containers/${encodeURIComponent(id)}${verb}`;

export const containerToolsRouter = rpc.containerTools.router({
  top: rpc.containerTools.top.handler(async ({ context, input, signal }) => {
    const table = await (await context.client(input.host, signal)).json<{ Titles: string[]; Processes: string[][] | null }>('GET', path(input.id, '/top'), { signal });
    return { titles: table.Titles, rows: table.Processes ?? [] };
  }),
  changes: rpc.containerTools.changes.handler(async ({ context, input, signal }) => (await (await context.client(input.host, signal)).json<FileChange[] | null>('GET', path(input.id, '/changes'), { signal })) ?? []),
  isolation: rpc.containerTools.isolation.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    return client.json<Isolation>('GET', `/gantry${path(input.id, '/isolation')}`, { signal }).catch((error: unknown) => {
      if (error instanceof EngineError && (error.kind === 'NotFound' || error.kind === 'Conflict')) return null; // another engine, or it does not run
      throw error;
    });
  }),
  life: rpc.containerTools.life.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    try {
      return lifeOf(await client.json<WireLife>('GET', `/gantry${path(input.id, '/history')}`, { signal }));
    } catch (error) {
      if (isNotFound(error)) return null; // another engine
      throw error;
    }
  }),
  update: rpc.containerTools.update.handler(async ({ context, input, signal }) => {
    const answer = await (await context.client(input.host, signal)).json<{ Warnings?: string[] | null }>('POST', path(input.id, '/update'), { json: input.changes, signal });
    return { Warnings: answer.Warnings ?? [] };
  }),
  commit: rpc.containerTools.commit.handler(async ({ context, input, signal }) =>
    (await context.client(input.host, signal)).json<{ Id: string }>('POST', '/commit', { query: { container: input.id, repo: input.repository, tag: input.tag, comment: input.comment, pause: input.pause }, json: {}, signal })),
  prune: rpc.containerTools.prune.handler(async ({ context, input, signal }) => {
    const answer = await (await context.client(input.host, signal)).json<{ ContainersDeleted?: string[] | null; SpaceReclaimed?: number }>('POST', '/containers/prune', { signal });
    return { deleted: answer.ContainersDeleted ?? [], reclaimedBytes: answer.SpaceReclaimed ?? 0 };
  }),
  events: rpc.containerTools.events.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const query = { since: (input.sinceMs / 1000).toFixed(3), until: (Date.now() / 1000).toFixed(3), filters: filters({ container: [input.id] }) };
    return Array.fromAsync(client.lines<DockerEvent>('GET', '/events', { query, signal }));
  }),
  exportFiles: rpc.containerTools.exportFiles.handler(async ({ context, input }) => ({
    url: context.transfers.download(input.fileName, async (signal) => ({ stream: await (await context.client(input.host, signal)).raw('GET', path(input.id, '/export'), { signal }), contentType: 'application/x-tar' })),
    fileName: input.fileName,
  })),
  recreate: rpc.containerTools.recreate.handler(async function* ({ context, input, signal }) {
    yield* recreate(await context.client(input.host, signal), input, signal);
  }),

  folder: rpc.containerTools.folder.handler(async ({ context, input, signal }) => listFolder(await context.client(input.host, signal), input.id, input.path, signal)),
  preview: rpc.containerTools.preview.handler(async ({ context, input, signal }) => {
    const archive = await (await context.client(input.host, signal)).raw('GET', path(input.id, '/archive'), { query: { path: input.path }, signal });
    const stat = statOf(archive.headers['x-docker-container-path-stat']);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of firstFile(archive)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > PREVIEW_BYTES) break;
    }
    const data = Buffer.concat(chunks).subarray(0, PREVIEW_BYTES);
    const isText = !data.includes(0);
    return { sizeBytes: stat?.size ?? size, isClipped: size > PREVIEW_BYTES, ...(isText ? { text: data.toString('utf8') } : {}) };
  }),
  write: rpc.containerTools.write.handler(async ({ context, input, signal }) => {
    const { dir, base } = posix.parse(input.path);
    await put(await context.client(input.host, signal), input.id, dir, tarOf([{ path: base, data: Buffer.from(input.text), mode: input.mode, uid: input.uid, gid: input.gid }]), signal);
  }),
  makeFolder: rpc.containerTools.makeFolder.handler(async ({ context, input, signal }) => {
    const { dir, base } = posix.parse(input.path);
    await put(await context.client(input.host, signal), input.id, dir, tarOf([{ path: `${base}/`, mode: 0o755 }]), signal);
  }),
  rename: rpc.containerTools.rename.handler(async ({ context, input, signal }) => changeFile(await context.client(input.host, signal), input.id, { method: 'POST', call: '/files/rename', query: { path: input.path, to: input.to } }, ['mv', '-n', '--', input.path, input.to], signal)),
  removeFile: rpc.containerTools.removeFile.handler(async ({ context, input, signal }) => {
    if (posix.normalize(input.path) === '/') throw new InvalidParameter('the root folder cannot be deleted');
    await changeFile(await context.client(input.host, signal), input.id, { method: 'DELETE', call: '/files', query: { path: input.path } }, ['rm', '-rf', '--', input.path], signal);
  }),
  download: rpc.containerTools.download.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const head = await client.raw('HEAD', path(input.id, '/archive'), { query: { path: input.path }, signal });
    head.resume();
    const stat = statOf(head.headers['x-docker-container-path-stat']);
    const isFile = stat !== undefined && (stat.mode >>> 0) < 2 ** 12;
    const base = posix.basename(input.path) || 'files';
    const fileName = isFile ? base : `${base}.tar`;
    const url = context.transfers.download(fileName, async (late) => {
      const archive = await (await context.client(input.host, late)).raw('GET', path(input.id, '/archive'), { query: { path: input.path }, signal: late });
      return isFile ? { stream: firstFile(archive), contentType: 'application/octet-stream', sizeBytes: stat.size } : { stream: archive, contentType: 'application/x-tar' };
    });
    return { url, fileName };
  }),
  upload: rpc.containerTools.upload.handler(async function* ({ context, input, signal }) {
    const client = await context.client(input.host, signal);
    const { url, body } = context.transfers.upload({ signal });
    yield { url };
    await client.json<void>('PUT', path(input.id, '/archive'), { query: { path: input.path }, body, signal });
  }),
});

const put = (client: DockerClient, id: string, folder: string, tar: Buffer, signal: AbortSignal | undefined) => client.json<void>('PUT', path(id, '/archive'), { query: { path: folder }, body: tar, signal });

/** Our engine changes files of any container by itself; elsewhere a program in a running one does it. */
async function changeFile(client: DockerClient, id: string, own: { method: 'POST' | 'DELETE'; call: string; query: Record<string, string> }, command: string[], signal: AbortSignal | undefined): Promise<void> {
  try {
    await client.json<void>(own.method, `/gantry${path(id, own.call)}`, { query: own.query, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await inside(client, id, command, signal);
  }
}

/** @throws Conflict in plain words when the container does not run */
async function inside(client: DockerClient, id: string, command: string[], signal: AbortSignal | undefined) {
  const { State } = await client.json<{ State: { Running: boolean } }>('GET', path(id, '/json'), { signal });
  if (!State.Running) throw new EngineError('Conflict', 'start the container first: files are renamed and deleted by a program in it');
  return runInside(client, id, command, { signal });
}

/** X-Docker-Container-Path-Stat: base64 JSON; `mode` is Go's FileMode, whose type bits lie above the permissions. */
function statOf(header: string | string[] | undefined): { size: number; mode: number } | undefined {
  return typeof header === 'string' ? (JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as { size: number; mode: number }) : undefined;
}
