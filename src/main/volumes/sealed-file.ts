// A new file whose SHA-256 and size are known when it is written. Plain loops instead of streams: with a gigabyte on two
// processors that also compress, each stage of a pipeline costs what the disk does.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface Sealed { sizeBytes: number; sha256: string }

const BATCH_BYTES = 1 << 20;

/** @param sealed grows while bytes arrive; its `sha256` is set at the end */
export async function writeSealed(path: string, content: AsyncIterable<Buffer>, sealed: Sealed, signal: AbortSignal | undefined): Promise<void> {
  const hash = createHash('sha256');
  await using file = await open(path, 'w', 0o600);
  let batch: Buffer[] = [];
  let batchBytes = 0;
  const flush = async () => {
    if (batchBytes === 0) return;
    const { bytesWritten } = await file.writev(batch);
    if (bytesWritten < batchBytes) throw Object.assign(new Error(`ENOSPC: no space left on device, write ${path}`), { code: 'ENOSPC' });
    batch = [];
    batchBytes = 0;
  };
  for await (const chunk of content) {
    signal?.throwIfAborted();
    hash.update(chunk);
    batch.push(chunk);
    batchBytes += chunk.length;
    sealed.sizeBytes += chunk.length;
    if (batchBytes >= BATCH_BYTES) await flush();
  }
  await flush();
  sealed.sha256 = hash.digest('hex');
}
