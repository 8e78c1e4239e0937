// The thread of extract.ts: reads tar entries from the chunks it is sent and makes their files.
import { parentPort, workerData } from 'node:worker_threads';
import { createTarReader } from '../layers/tar-headers.ts';
import { createUnpacker } from '../layers/unpack.ts';
import { EngineError, InvalidParameter, errorMessage } from '../wire/errors.ts';
import type { ExtractTask, FromExtractor, ToExtractor } from './extract.ts';

const port = parentPort;
if (port === null) throw new Error('this file is a thread of the engine');
const task = workerData as ExtractTask;
const say = (message: FromExtractor) => port.postMessage(message);

const unpacker = createUnpacker({ folder: task.root, overlayPrefix: 'trusted.overlay.', isRootless: task.isRootless, into: { below: task.below, keepsKinds: task.keepsKinds } });
const reader = createTarReader({
  hash: false,
  onContent: (entry) => unpacker.onContent(entry),
  onEntry: (entry) => { if (entry.type !== 'file' || !isOver) unpacker.onEntry(entry); }, // a file that comes at the end is cut short
});
let isOver = false;

port.on('message', (message: ToExtractor) => {
  if (isOver) return;
  try {
    if (message.kind === 'chunk') {
      reader.write(Buffer.from(message.data.buffer, message.data.byteOffset, message.data.byteLength));
      say({ kind: 'taken', bytes: message.data.length });
      return;
    }
    isOver = true;
    const { problem } = reader.end();
    if (problem !== undefined) throw new InvalidParameter(`the archive is damaged: ${problem}`);
    unpacker.finish();
    unpacker[Symbol.dispose]();
    say({ kind: 'done' });
  } catch (error) {
    isOver = true;
    unpacker[Symbol.dispose]();
    say({ kind: 'failed', error: { kind: error instanceof EngineError ? error.kind : 'System', message: errorMessage(error) } });
  }
});
