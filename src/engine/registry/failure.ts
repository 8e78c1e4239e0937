// Why a registry could not be asked, in one sentence: what went wrong in Docker's words (Go's net and crypto/x509), then what helps.
// Node tells it by `code`: libuv's errno names, OpenSSL's X509_V_ERR names, and two codes for a peer that does not speak TLS.
import { EngineError } from '../wire/errors.ts';

/** The registry or the way to it failed: status 500, as dockerd has it. */
export class RegistryFailure extends EngineError {
  /** worth another try */
  readonly isTemporary: boolean;
  /** how long the registry wants us to stay away */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, isTemporary: boolean, options?: ErrorOptions & { retryAfterMs?: number | undefined }) {
    super('System', message, options);
    this.isTemporary = isTemporary;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Milliseconds before the next try, growing; what the registry asks for counts, up to a minute. @param attempt from 1 */
export function backoffMs(error: unknown, attempt: number): number {
  return Math.min(60_000, (error instanceof RegistryFailure ? error.retryAfterMs : undefined) ?? 250 * 2 ** attempt);
}

/** Seconds or a date. @returns milliseconds from now */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export const isTemporary = (error: unknown): boolean => error instanceof RegistryFailure && error.isTemporary;

/** A host that did not take the connection in time. */
export class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** @param cause what node:http or node:https rejected with */
export function networkFailure(host: string, scheme: 'http' | 'https', cause: unknown): RegistryFailure {
  const [reason, temporary] = networkReason(host, scheme, cause);
  return new RegistryFailure(`cannot reach the registry ${host}: ${reason}`, temporary); // the cause's own words are no help to anyone
}

/** @returns what happened, and whether trying again may help */
export function networkReason(host: string, scheme: 'http' | 'https', cause: unknown): [string, boolean] {
  const error = first(cause);
  return reasonOf(host, scheme, error.code ?? '', error);
}

/** `localhost` is tried by IPv6 and IPv4: both failures come as one AggregateError. */
function first(cause: unknown): NodeJS.ErrnoException {
  if (cause instanceof AggregateError) return (cause.errors as NodeJS.ErrnoException[]).at(-1) ?? cause;
  return cause as NodeJS.ErrnoException;
}

function reasonOf(host: string, scheme: 'http' | 'https', code: string, error: NodeJS.ErrnoException): [string, boolean] {
  const name = host.replace(/:\d+$/, '');
  const trust = `put the certificate of its authority at /etc/docker/certs.d/${host}/ca.crt, or name the registry as insecure`;
  switch (code) {
    case 'ENOTFOUND': return [`lookup ${name}: no such host`, false];
    case 'EAI_AGAIN': return [`lookup ${name}: no answer from the name server (temporary failure in name resolution)`, true];
    case 'ECONNREFUSED': return ['connection refused', false];
    case 'ETIMEDOUT': return [`i/o timeout: ${error.message}`, true];
    case 'EHOSTUNREACH': return ['no route to host', true];
    case 'ENETUNREACH': return ['network is unreachable', false];
    case 'ECONNRESET': case 'EPIPE': case 'HPE_INVALID_EOF_STATE': return ['connection reset by peer', true];
    case 'DEPTH_ZERO_SELF_SIGNED_CERT': case 'SELF_SIGNED_CERT_IN_CHAIN': case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE': case 'UNABLE_TO_GET_ISSUER_CERT': case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return [`tls: failed to verify certificate: x509: certificate signed by unknown authority: ${trust}`, false];
    case 'CERT_HAS_EXPIRED': return ['tls: failed to verify certificate: x509: certificate has expired', false];
    case 'CERT_NOT_YET_VALID': return ['tls: failed to verify certificate: x509: certificate is not yet valid: check the clock of this machine', false];
    case 'ERR_TLS_CERT_ALTNAME_INVALID': return [`tls: failed to verify certificate: x509: certificate is not valid for ${name}`, false];
    case 'EPROTO': case 'ERR_SSL_WRONG_VERSION_NUMBER': case 'ERR_SSL_PACKET_LENGTH_TOO_LONG': case 'ERR_SSL_HTTP_REQUEST':
      return scheme === 'https' && /wrong version number|packet length too long|http request/i.test(error.message)
        ? ['http: server gave HTTP response to HTTPS client: name the registry as insecure to speak http to it', false]
        : [`tls: handshake failure (${error.message.split(':').at(-2) ?? error.message})`, false];
    default: return [code.startsWith('HPE_') ? 'it answered something that is not HTTP' : error.message || code || 'unknown failure', !/CERT|SSL|TLS/.test(code)];
  }
}
