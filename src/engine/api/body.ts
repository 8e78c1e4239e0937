// Request bodies: JSON with a limit, and the body of an upgrade request, which Node's parser leaves in the socket.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { InvalidParameter } from '../wire/errors.ts';
import { jsonFault } from './json-fault.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** @throws InvalidParameter when the body is too large or is not JSON; undefined when it is empty */
export async function readJson<T>(body: Readable, contentType: string | undefined): Promise<T | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES) throw new InvalidParameter(`the request body is larger than ${MAX_JSON_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  if (contentType !== undefined && !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new InvalidParameter(`unsupported Content-Type header (${contentType}): must be 'application/json'`);
  }
  const text = Buffer.concat(chunks, size).toString('utf8');
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new InvalidParameter(jsonFault(text), { cause: error });
  }
}

/**
 * The body of an upgrade request. Exactly Content-Length bytes are taken from the socket (exec start sends JSON there);
 * what follows belongs to the hijacked stream and stays in it. Such bodies are small, so it is read before the handler runs.
 */
export async function readUpgradeBody(request: IncomingMessage, socket: Socket): Promise<Readable> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (!Number.isInteger(length) || length < 0 || length > MAX_JSON_BYTES) throw new InvalidParameter('invalid Content-Length');
  const chunks: Buffer[] = [];
  for (let left = length; left > 0;) {
    const chunk = socket.read(Math.min(left, socket.readableLength) || undefined) as Buffer | null;
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) throw new InvalidParameter('the request body ended early');
      await readable(socket);
      continue;
    }
    if (chunk.length > left) {
      socket.unshift(chunk.subarray(left));
      chunks.push(chunk.subarray(0, left));
      left = 0;
    } else {
      chunks.push(chunk);
      left -= chunk.length;
    }
  }
  return Readable.from(chunks, { objectMode: false });
}

const readable = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      for (const event of ['readable', 'close', 'end']) socket.off(event, go);
      resolve();
    };
    for (const event of ['readable', 'close', 'end']) socket.on(event, go);
  });
