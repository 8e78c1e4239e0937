// One SSH login over a byte stream that already stands: version exchange, host key, authentication.
// ssh2's own ready timer is off: it would also count the time a person takes to read a fingerprint. Each phase has its own
// limit here, stopped while a question is open. ssh2 gives no error codes for most failures; `level` and the bytes seen decide.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { SshTarget } from '../ssh-target.ts';
import { createAuthenticator, type Authenticator } from './authenticate.ts';
import { useCertificates } from './certificate.ts';
import { useKeyObjects } from './cipher-keys.ts';
import { decideHostKey, hostKeyAlgorithms, hostKeyRecords } from './host-key.ts';
import { ConnectionProblem, sample } from './problem.ts';
import type { Ask, Question, SecretStore } from './questions.ts';

export interface HandshakeOptions {
  target: SshTarget;
  ask: Ask | undefined;
  secrets: SecretStore & { keep(name: string, value: string): Promise<void> };
  signal: AbortSignal;
  /** Limits in ms; tests shorten them. */
  limits?: { banner?: number; handshake?: number; authentication?: number } | undefined;
}

export interface Login {
  client: Client;
  authenticator: Authenticator;
  /** SSH_MSG_USERAUTH_BANNER, cut at 4 KiB. */
  banner: string;
  /** Such as `OpenSSH_9.2p1`. */
  serverSoftware: string;
}

const LIMITS = { banner: 10_000, handshake: 15_000, authentication: 30_000 };
const BANNER_KEEP = 4096;
const SAMPLE_BYTES = 256;
/** RFC 4253, 4.2 allows lines before the version; no honest server needs this many. */
const ENDLESS_BYTES = 64 * 1024;

type Phase = 'banner' | 'handshake' | 'authentication';

/** Log in. On failure the stream is destroyed. @throws ConnectionProblem, or the signal's reason */
export async function handshake(stream: Duplex, options: HandshakeOptions): Promise<Login> {
  const { target, signal } = options;
  const lines = await hostKeyRecords(target, signal).catch((error: unknown) => {
    stream.destroy();
    throw error;
  });
  return new Promise<Login>((resolve, reject) => {
    const client = new ssh2.Client();
    const limits = { ...LIMITS, ...options.limits };
    const closing = new AbortController();
    let phase: Phase = 'banner';
    let timer: NodeJS.Timeout | undefined;
    let questions = 0;
    let banner = '';
    let seen = Buffer.alloc(0);
    let total = 0;
    let settled = false;

    const finish = (problem: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      stream.removeListener('data', look);
      closing.abort(problem);
      if (problem === undefined) return;
      // 'error' has to stay listened to: ssh2 may still report the socket's end.
      client.on('error', () => {});
      client.end();
      stream.destroy();
      reject(problem as Error);
    };
    const abort = (): void => finish(signal.reason);
    const limit = (): void => {
      clearTimeout(timer);
      const ms = limits[phase];
      timer = setTimeout(() => finish(timeoutProblem(phase, target, ms, seen.length)), ms);
    };
    const ask = options.ask && (async (question: Question) => {
      questions += 1;
      clearTimeout(timer);
      try {
        return await options.ask!(question, { signal: closing.signal });
      } finally {
        questions -= 1;
        if (!settled && questions === 0) limit();
      }
    });
    const authenticator = createAuthenticator({ target, secrets: options.secrets, ask, cancel: finish });

    const look = (chunk: Buffer): void => {
      total += chunk.length;
      if (seen.length < SAMPLE_BYTES) seen = Buffer.concat([seen, chunk.subarray(0, SAMPLE_BYTES - seen.length)]);
      if (phase === 'banner' && /(?:^|\n)SSH-/.test(total > SAMPLE_BYTES ? chunk.toString('latin1') : seen.toString('latin1'))) {
        phase = 'handshake';
        limit();
      }
      if (phase !== 'banner') stream.removeListener('data', look);
      else if (total > ENDLESS_BYTES) finish(timeoutProblem(phase, target, 0, total));
    };

    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    limit();
    client.on('handshake', () => {
      useKeyObjects(client);
      if (phase === 'authentication') return; // a later key exchange
      phase = 'authentication';
      if (questions === 0) limit();
    });
    client.on('banner', (message) => { banner = (banner + message).slice(0, BANNER_KEEP); });
    client.on('ready', () => {
      const last = authenticator.attempts.at(-1);
      if (last?.result === 'trying') last.result = 'accepted';
      const serverSoftware = (client as unknown as { _remoteVer?: string })._remoteVer ?? '';
      finish(undefined);
      resolve({ client, authenticator, banner, serverSoftware });
    });
    client.on('error', (error: Error & { level?: string }) => {
      if (error.level === 'agent') return; // one key could not sign; ssh2 goes on to the next
      finish(problemOf(error, phase, options, authenticator, seen, questions > 0));
    });
    client.on('close', () => finish(problemOf(undefined, phase, options, authenticator, seen, questions > 0)));

    client.connect({
      sock: stream as Socket,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: target.serverAliveIntervalMs,
      keepaliveCountMax: target.serverAliveCountMax,
      agentForward: false,
      strictVendor: false,
      algorithms: { serverHostKey: hostKeyAlgorithms(target, lines) as ServerHostKeyAlgorithm[] },
      hostVerifier: (key: Buffer, verify: (accepted: boolean) => void) => {
        decideHostKey({ target, lines, ask }, key).then(
          () => (settled ? undefined : verify(true)),
          (error: unknown) => finish(error),
        );
      },
      authHandler: (methodsLeft, partial, next) => {
        authenticator.next(methodsLeft as string[] | null, partial).then(
          (method) => (settled ? undefined : next(method as never)),
          (error: unknown) => finish(error),
        );
      },
    });
    useCertificates(client);
    stream.on('data', look);
    // A stream that closed before it got here (a jump host's refusal) emits nothing any more.
    if (stream.destroyed) finish(problemOf(undefined, phase, options, authenticator, seen, false));
  });
}

function timeoutProblem(phase: Phase, target: SshTarget, ms: number, bytesSeen: number): ConnectionProblem {
  const params = { host: target.hostName, port: String(target.port), seconds: String(ms / 1000) };
  if (phase === 'banner') return new ConnectionProblem(bytesSeen > 0 ? 'banner-endless' : 'banner-silent', params);
  return new ConnectionProblem(phase === 'handshake' ? 'handshake-timeout' : 'auth-timeout', params);
}

function problemOf(
  error: (Error & { level?: string }) | undefined, phase: Phase, { target }: HandshakeOptions, authenticator: Authenticator, seen: Buffer, asking: boolean,
): ConnectionProblem {
  const cause = error ? { cause: error } : {};
  const base = { host: target.hostName, port: String(target.port) };
  if (asking) return new ConnectionProblem('closed-while-asking', base, cause);
  if (phase === 'banner') {
    if (seen.length === 0) return new ConnectionProblem('closed-early', base, cause);
    return new ConnectionProblem('banner-wrong-protocol', { ...base, sample: sample(seen.toString('latin1')) }, cause);
  }
  if (phase === 'handshake') {
    return error ? new ConnectionProblem('handshake-failed', { ...base, why: sample(error.message) }, cause) : new ConnectionProblem('closed-early', base);
  }
  const { attempts, allowed, keysOffered, needsAnswer } = authenticator;
  const last = attempts.at(-1);
  if (last?.result === 'trying') last.result = 'refused';
  if (error?.level !== 'client-authentication') {
    // OpenSSH ends the login with "Too many authentication failures" (disconnect 2) after MaxAuthTries.
    if (keysOffered >= 3 && last?.method === 'publickey') return new ConnectionProblem('auth-too-many', { ...base, count: String(keysOffered) }, cause);
    if (last === undefined || last.result === 'accepted') return new ConnectionProblem('closed-early', base, cause);
  }
  if (needsAnswer) return new ConnectionProblem('auth-needs-answer', base, cause);
  return new ConnectionProblem('auth-refused', {
    ...base, user: target.user, allowed: allowed.join(', ') || 'nothing', tried: attempts.map(attemptText).join('; ') || 'nothing: no key was found',
  }, cause);
}

function attemptText(attempt: { method: string; what: string; result: string; why?: string }): string {
  return [attempt.method, attempt.what, attempt.result, attempt.why].filter(Boolean).join(' ');
}
