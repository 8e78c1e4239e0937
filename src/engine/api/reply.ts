// What a handler answers. Handlers validate everything before they return; from the first byte on errors travel in band.
// A source of a stream must end when `call.signal` aborts: an async generator that waits cannot be stopped from outside.
import type { Duplex } from 'node:stream';
import { isBefore, type ApiVersion } from './api-version.ts';

export type Headers = Record<string, string | number>;

export type Reply =
  | { kind: 'json'; status: number; value: unknown; headers?: Headers }
  | { kind: 'empty'; status: number; headers?: Headers }
  | { kind: 'text'; status: number; text: string; headers?: Headers }
  | { kind: 'stream'; status: number; source: ByteSource; headers: Headers; isReused?: boolean }
  | { kind: 'lines'; run: Lines; headers?: Headers }
  | { kind: 'ndjson'; status: number; source: AsyncIterable<unknown>; headers?: Headers; failure: FailureStatus }
  | { kind: 'hijack'; contentType: string; run: (stream: Duplex) => Promise<void> };

export const json = (value: unknown, status = 200, headers?: Headers): Reply => ({ kind: 'json', status, value, ...(headers && { headers }) });
export const noContent = (): Reply => ({ kind: 'empty', status: 204 });
/** 304: the object is already in the wished state. */
export const notModified = (): Reply => ({ kind: 'empty', status: 304 });
export const empty = (status: number, headers?: Headers): Reply => ({ kind: 'empty', status, ...(headers && { headers }) });
export const text = (value: string, status = 200, headers?: Headers): Reply => ({ kind: 'text', status, text: value, ...(headers && { headers }) });

/** What a generator of bytes returns at its end goes out as trailers. */
export type ByteSource = AsyncIterable<Uint8Array | string, Headers | void>;

/** Bytes as they come. An error before the first chunk still gets its own status if it comes within 200 ms. */
export const stream = (source: ByteSource, contentType: string, headers: Headers = {}): Reply =>
  ({ kind: 'stream', status: 200, source, headers: { 'Content-Type': contentType, ...headers } });

/** A stream whose chunks are good only until the next is asked for. */
export const reusedStream = (source: ByteSource, contentType: string, headers: Headers = {}): Reply => ({ kind: 'stream', status: 200, source, headers: { 'Content-Type': contentType, ...headers }, isReused: true });

/** Writes lines until it is done; each leaves at once. */
export type Lines = (write: (line: string) => void) => Promise<void>;

/** Lines of JSON as they happen. The header goes first, so that the client knows that it is listening. */
export const lines = (run: Lines): Reply => ({ kind: 'lines', run });

/**
 * When a failing stream of lines still gets a status of its own: `early` within 200 ms before the first line (then the headers go out),
 * `first line` however long that takes, `never`.
 */
export type FailureStatus = 'early' | 'first line' | 'never';

/**
 * One JSON value a line. An error before the first value gets its own status; after it, it is sent as
 * `{"errorDetail":{"message"},"error"}`, which is how every Docker client expects a failing pull, push or build.
 */
export const ndjson = (source: AsyncIterable<unknown>, headers?: Headers, failure: FailureStatus = 'early'): Reply => ({ kind: 'ndjson', status: 200, source, failure, ...(headers && { headers }) });

export const RAW_STREAM = 'application/vnd.docker.raw-stream';
const MULTIPLEXED_STREAM = 'application/vnd.docker.multiplexed-stream';

/** Content type of output: before API 1.42 frames had no name of their own. */
export const streamType = (apiVersion: ApiVersion, isRaw: boolean): string => (isRaw || isBefore(apiVersion, [1, 42]) ? RAW_STREAM : MULTIPLEXED_STREAM);

/**
 * Takes over the connection (attach, exec): 101 when the client asked for an upgrade, else 200.
 * `run` gets the raw stream, both directions, half-open; it must end or destroy it. Errors it throws close the stream.
 */
export const hijack = (contentType: string, run: (stream: Duplex) => Promise<void>): Reply => ({ kind: 'hijack', contentType, run });
