// Opened images: which session belongs to which image, and how far opening has come. A session that main forgot is opened anew.
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import type { ExplorerImage, OpenStep } from '../../main/contract/layers.ts';
import { failureOf, rpc, transferUrl } from '../rpc.ts';
import { createStore } from '../store.ts';
import { firstPage } from './rows.ts';

export interface OpenedImage { session: string; image: ExplorerImage }
export interface Progress { bytes: number; totalBytes: number }

/** By key of what is being opened. */
export const opening = createStore<Record<string, Progress>>({});

const setProgress = (key: string, progress: Progress | undefined) => opening.set((now) => {
  const { [key]: _, ...others } = now;
  return progress ? { ...others, [key]: progress } : others;
});

/** @throws what main says when the image cannot be opened */
async function follow(key: string, steps: AsyncIterable<OpenStep>, onUpload?: (url: string) => void): Promise<OpenedImage> {
  try {
    for await (const step of steps) {
      if (step.type === 'progress') setProgress(key, step);
      else if (step.type === 'upload') onUpload?.(step.url);
      else if (step.type === 'ask') throw new TransferQuestion(step.bytes);
      else return { session: step.session, image: step.image };
    }
    throw new Error('the image was not opened');
  } finally {
    setProgress(key, undefined);
  }
}

/** The image lies behind a network and was not read before: the person decides. */
export class TransferQuestion extends Error {
  readonly bytes: number;
  constructor(bytes: number) {
    super('reading this image means transferring it');
    this.bytes = bytes;
  }
}

/** Images whose transfer was agreed to. */
const agreed = new Set<string>();
export function agreeToTransfer(host: string, image: string): void {
  agreed.add(imageKey(host, image));
}

export const imageKey = (host: string, image: string) => `${host}/${image}`;

/** The session of an image of a host. */
export function imageSession(host: string, image: string) {
  return queryOptions({
    queryKey: [host, 'layers', image] as const,
    gcTime: Infinity,
    queryFn: async ({ signal, client }) => {
      const opened = await follow(imageKey(host, image), await rpc.layers.open({ host, image, confirmed: agreed.has(imageKey(host, image)) }, { signal }));
      void client.prefetchQuery(firstPage(opened.session, opened.image));
      return opened;
    },
  });
}

export interface RemoteAddress { host: string; reference: string; platform: string | undefined }
const remoteKey = ({ host, reference, platform }: RemoteAddress) => `${host}/registry/${reference}/${platform ?? ''}`;

/** Layers of images in registries whose transfer was asked for. */
const wanted = new Map<string, 'all' | number[]>();

/** The session of an image that is still in its registry. */
export function remoteSession(at: RemoteAddress) {
  return queryOptions({
    queryKey: [at.host, 'layers', 'registry', at.reference, at.platform ?? ''] as const,
    gcTime: Infinity,
    queryFn: async ({ signal, client }) => {
      const opened = await follow(remoteKey(at), await rpc.layers.openRemote({ host: at.host, reference: at.reference, ...(at.platform ? { platform: at.platform } : {}), layers: wanted.get(remoteKey(at)) ?? [] }, { signal }));
      void client.prefetchQuery(firstPage(opened.session, opened.image));
      return opened;
    },
  });
}

/** Opens it again, with these layers transferred too. @throws what main says; what was there stays */
export async function readLayers(client: QueryClient, at: RemoteAddress, layers: 'all' | readonly number[]): Promise<OpenedImage> {
  const before = wanted.get(remoteKey(at)) ?? [];
  wanted.set(remoteKey(at), before === 'all' || layers === 'all' ? 'all' : [...new Set([...before, ...layers])]);
  try {
    return await client.fetchQuery({ ...remoteSession(at), staleTime: 0 });
  } catch (error) {
    wanted.set(remoteKey(at), before);
    throw error;
  }
}

/** Of what `readLayers` transfers just now. */
export const remoteProgress = (at: RemoteAddress, all: Record<string, Progress>): Progress | undefined => all[remoteKey(at)];

/** The files of a container as they are now. */
export async function openContainer(host: string, id: string, name: string, signal: AbortSignal): Promise<OpenedImage> {
  return follow(imageKey(host, id), await rpc.layers.openContainer({ host, id, name }, { signal }));
}

/** A session known by its id: a dropped archive, a comparison. */
export function knownSession(session: string) {
  return queryOptions({
    queryKey: ['layers', 'session', session] as const,
    queryFn: async ({ signal }): Promise<OpenedImage> => ({ session, image: await rpc.layers.image({ session }, { signal }) }),
  });
}

/** Sends an archive from this computer and opens it. */
export async function openFile(file: File, signal: AbortSignal): Promise<OpenedImage> {
  let upload: Promise<Response> | undefined;
  const steps = await rpc.layers.openArchive({ fileName: file.name, sizeBytes: file.size }, { signal });
  const opened = await follow(file.name, steps, (url) => {
    upload = fetch(transferUrl(url), { method: 'POST', body: file, signal });
    upload.catch(() => {}); // the steps say what went wrong
  });
  return opened;
}

/** Opens the image again when its session is gone (main keeps the last few). */
export function reopenWhenGone(client: QueryClient, error: unknown): void {
  if (failureOf(error).kind === 'NotFound') void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === 'layers' });
}

/** Starts a download the browser's way. */
export function download(url: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = transferUrl(url);
  link.download = fileName;
  link.click();
}
