// What a registry answered: small bodies, and its error codes as our kinds. Source: distribution spec v1.1, "Error Codes".
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { type EngineError, Forbidden, InvalidParameter, NotFound, System, Unauthorized } from '../wire/errors.ts';
import { RegistryFailure, retryAfterMs } from './failure.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024; // manifests are limited to 4 MiB by the specification's advice

/** The whole body. @throws System when it is larger than any manifest may be */
export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      response.destroy();
      throw new System(`the registry's answer is larger than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

interface RegistryErrors { errors?: { code?: string; message?: string; detail?: unknown }[] }

/** Docker's words for a status whose body says nothing (HEAD has none). */
const WORDS: Record<number, string> = {
  401: 'unauthorized: authentication required',
  403: 'denied: requested access to the resource is denied',
  429: 'toomanyrequests: too many requests, try again later',
};

/** @param what what was asked for, e.g. `manifest for busybox:latest` */
export async function registryError(response: IncomingMessage, what: string): Promise<EngineError> {
  const status = response.statusCode ?? 0;
  const body = await bodyOf(response).catch(() => Buffer.alloc(0)); // the status alone must do then
  const errors = errorsIn(body);
  const said = errors.map(({ code, message }) => [code?.toLowerCase().replaceAll('_', ' '), message].filter(Boolean).join(': ')).filter(Boolean).join('; ');
  const detail = said || (WORDS[status] ?? `status ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd());
  const isDenied = errors.some(({ code }) => code === 'DENIED');
  if (status === 401) return new Unauthorized(detail);
  if (status === 403 || isDenied) return new Forbidden(detail);
  if (status === 404) return new NotFound(`${what} not found: ${detail}`);
  if (status === 429) return new RegistryFailure(`${what}: ${detail}`, true, { retryAfterMs: retryAfterMs(response.headers['retry-after']) });
  if (status >= 500) return new RegistryFailure(`${what}: the registry failed: ${detail}`, true, { retryAfterMs: retryAfterMs(response.headers['retry-after']) });
  if (status >= 400) return new InvalidParameter(`${what}: ${detail}`);
  return new System(`${what}: unexpected answer of the registry: status ${status}`);
}

function errorsIn(body: Buffer): { code?: string; message?: string }[] {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as RegistryErrors;
    return Array.isArray(errors) ? errors : [];
  } catch {
    return []; // not the body the specification promises (a proxy's page)
  }
}
