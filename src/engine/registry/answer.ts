// What a registry answered: small bodies, and its error codes as our kinds. Source: distribution spec v1.1, "Error Codes".
import type { IncomingMessage } from 'node:http';
import { type EngineError, Forbidden, InvalidParameter, NotFound, System, Unauthorized, Unavailable } from '../wire/errors.ts';

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

/** @param what what was asked for, e.g. `manifest for busybox:latest` */
export async function registryError(response: IncomingMessage, what: string): Promise<EngineError> {
  const status = response.statusCode ?? 0;
  const body = await bodyOf(response).catch(() => Buffer.alloc(0)); // the status alone must do then
  let detail = '';
  let codes: string[] = [];
  try {
    const { errors = [] } = JSON.parse(body.toString('utf8')) as RegistryErrors;
    codes = errors.map((error) => error.code ?? '');
    detail = errors.map((error) => [error.code?.toLowerCase().replaceAll('_', ' '), error.message].filter(Boolean).join(': ')).join('; ');
  } catch {
    detail = `status ${status}`; // not the body the specification promises (a proxy's page)
  }
  if (detail === '') detail = `status ${status}`;
  if (status === 401) return new Unauthorized(`${what}: ${detail}`);
  if (status === 403 || codes.includes('DENIED')) return new Forbidden(`${what}: ${detail}`);
  if (status === 404) return new NotFound(`${what} not found: ${detail}`);
  if (status === 429) return new Unavailable(`${what}: the registry asks to slow down: ${detail}`);
  if (status >= 500) return new Unavailable(`${what}: the registry failed: ${detail}`);
  if (status >= 400) return new InvalidParameter(`${what}: ${detail}`);
  return new System(`${what}: unexpected answer of the registry: status ${status}`);
}
