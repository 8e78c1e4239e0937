// Bytes that are too many for messages: an upload or download gets a one-time address, and the shell (HTTP in the browser shell,
// the app's own protocol in Electron) hands its request here. One path for both shells, back-pressure included.
import { randomBytes } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PREFIX = '/transfer/';
const WAIT_MS = 10 * 60_000;

export interface Download { stream: Readable; fileName: string; contentType?: string; sizeBytes?: number }

export interface Transfers {
  /** An address for one POST and the stream that will carry its body. */
  upload(options: { signal: AbortSignal | undefined }): { url: string; body: Readable };
  /** An address for one GET; `open` runs when it is asked for. It is forgotten after ten minutes. */
  download(fileName: string, open: (signal: AbortSignal) => Promise<Omit<Download, 'fileName'>>): string;
  isTransfer(pathname: string): boolean;
  /** Feeds an upload; resolves when all of it was taken. Undefined: no such address. */
  receive(pathname: string, body: Readable): Promise<void> | undefined;
  /** Opens a download. Undefined: no such address. */
  send(pathname: string, signal: AbortSignal): Promise<Download> | undefined;
}

export function createTransfers(): Transfers {
  const uploads = new Map<string, PassThrough>();
  const downloads = new Map<string, (signal: AbortSignal) => Promise<Download>>();
  const address = () => PREFIX + randomBytes(16).toString('hex');
  return {
    upload({ signal }) {
      const url = address();
      const body = new PassThrough({ highWaterMark: 1 << 20 });
      uploads.set(url, body);
      const forget = () => uploads.delete(url);
      body.once('close', forget);
      signal?.addEventListener('abort', () => body.destroy(signal.reason as Error), { once: true });
      body.on('error', forget);
      return { url, body };
    },
    download(fileName, open) {
      const url = address();
      downloads.set(url, async (signal) => ({ fileName, ...(await open(signal)) }));
      setTimeout(() => downloads.delete(url), WAIT_MS).unref();
      return url;
    },
    isTransfer: (pathname) => pathname.startsWith(PREFIX),
    receive(pathname, body) {
      const target = uploads.get(pathname);
      if (!target) return undefined;
      uploads.delete(pathname);
      return pipeline(body, target);
    },
    send(pathname, signal) {
      const open = downloads.get(pathname);
      downloads.delete(pathname);
      return open?.(signal);
    },
  };
}
