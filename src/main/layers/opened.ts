// One opened image as main keeps it: its thread, what the window is told of it, and where contents come from.
import type { ExplorerImage, ImageChoice } from '../contract/layers.ts';
import type { ContentSource } from './content.ts';
import type { SharedFile } from './shared-file.ts';
import type { ExplorerThread } from './thread.ts';
import type { ImageMeta } from './thread-protocol.ts';

export interface Opened {
  id: string;
  thread: ExplorerThread;
  image: ExplorerImage;
  meta: ImageMeta | undefined;
  /** contents by layer of this session; of a comparison: layer 0 before, layer 1 after */
  content: ContentSource | undefined;
  /** writes the whole image to the cache and gives its content, for searches; undefined when `content` already does */
  fetchAll: ((onProgress: (bytes: number) => void, signal?: AbortSignal) => Promise<ContentSource>) | undefined;
  parts: [Opened, Opened] | undefined;
  /** the archive it was read from, when other images may be in it too */
  archive?: { path: string; title: string; file: SharedFile | undefined };
  [Symbol.asyncDispose](): Promise<void>;
}

export type Register = (fill: Omit<Opened, 'id' | typeof Symbol.asyncDispose> & { dispose?: () => Promise<void> }) => Promise<Opened>;

/** What the thread says of its image, with how it came. */
export async function ready(thread: ExplorerThread, began: number, fromCache: boolean, choices?: ImageChoice[]): Promise<ExplorerImage> {
  return { ...(await thread.image()), openedMs: Math.round(performance.now() - began), fromCache, ...(choices ? { choices } : {}) };
}
