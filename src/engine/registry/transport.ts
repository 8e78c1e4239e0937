// HTTP to registries: keep-alive agents, https with the system's and `certs.d`'s authorities, proxies, redirects, retries.
// A registry on loopback (or named insecure) is tried by https without checking its certificate, then by http, as dockerd does.
// Sources: distribution spec v1.1; `certs.d` layout: docs.docker.com/engine/security/certificates.
import { readFileSync, readdirSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectTimeout, RegistryFailure, isTemporary, networkFailure, retryAfterMs } from './failure.ts';

export interface TransportOptions {
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY in either case */
  proxyEnv: Record<string, string | undefined>;
  /** folders with HOST/{*.crt,NAME.cert,NAME.key} */
  certFolders: readonly string[];
  /** `host[:port]`: may be spoken to by http or with any certificate */
  insecure: (host: string) => boolean;
}

export interface RegistryRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** absolute, or a path of the host */
  url: string;
  headers?: Record<string, string>;
  body?: Buffer | Readable;
  signal: AbortSignal;
}

export interface Transport extends Disposable {
  /** The answer, whatever its status; redirects of GET and HEAD are followed. @throws RegistryFailure when the host cannot be reached */
  send(host: string, request: RegistryRequest): Promise<IncomingMessage>;
  /** The same, again when the network or the server fails: only for requests without a stream body. */
  sendAgain(host: string, request: RegistryRequest): Promise<IncomingMessage>;
}

const IDLE_MS = 60_000; // a registry that is silent for so long is gone
const CONNECT_MS = 15_000; // and one that takes no connection for so long is not there
const OTHER = { http: 'https', https: 'http' } as const;
const MAX_REDIRECTS = 5;
const ATTEMPTS = 5;
const NETWORK_ATTEMPTS = 3; // whoever waits should hear soon that nobody is there
const MAX_WAIT_MS = 60_000;

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(name) || name === '[::1]';
}

export function createTransport({ proxyEnv, certFolders, insecure }: TransportOptions): Transport {
  const schemes = new Map<string, 'http' | 'https'>();
  const doubted = new Set<string>(); // hosts that failed in the scheme they spoke: the next request tries both
  const agents = new Map<string, HttpsAgent>();
  const proxied = new HttpAgent({ keepAlive: true, maxSockets: 16, proxyEnv });
  const direct = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  // As Go has it, whatever NO_PROXY says: no proxy can reach this machine's own loopback (net/http, ProxyFromEnvironment).
  const http = (host: string): HttpAgent => (isLoopback(host) ? direct : proxied);

  const https = (host: string): HttpsAgent => {
    let agent = agents.get(host);
    if (agent === undefined) {
      const { ca, cert, key } = certificates(certFolders, host);
      agents.set(host, (agent = new HttpsAgent({
        keepAlive: true, maxSockets: 16, ...(!isLoopback(host) && { proxyEnv }), rejectUnauthorized: !insecure(host),
        ca: [...getCACertificates('default'), ...getCACertificates('system'), ...ca], ...(cert !== undefined && { cert, key }),
      })));
    }
    return agent;
  };

  const once = (url: URL, request: RegistryRequest, headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const options = { method: request.method, headers: { 'User-Agent': 'gantry', ...headers }, signal: request.signal };
      const call = url.protocol === 'https:' ? httpsRequest(url, { ...options, agent: https(url.host) }) : httpRequest(url, { ...options, agent: http(url.host) });
      const connecting = setTimeout(() => call.destroy(new ConnectTimeout(`no connection within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
      call.on('socket', (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
      });
      call.setTimeout(IDLE_MS, () => call.destroy(new ConnectTimeout(`no answer for ${IDLE_MS / 1000} s`)));
      call.on('response', resolve);
      call.on('error', reject);
      call.on('close', () => clearTimeout(connecting));
      const { body } = request;
      if (body === undefined || Buffer.isBuffer(body)) call.end(body);
      else {
        body.on('error', (error) => call.destroy(error));
        call.on('close', () => body.destroy()); // else its source stays open when the connection broke
        body.pipe(call);
      }
    });

  const follow = async (first: URL, request: RegistryRequest): Promise<IncomingMessage> => {
    let url = first;
    let headers = request.headers ?? {};
    for (let hops = 0; ; hops++) {
      const response = await once(url, request, headers);
      const status = response.statusCode ?? 0;
      if (![301, 302, 303, 307, 308].includes(status) || (request.method !== 'GET' && request.method !== 'HEAD')) return response;
      response.resume();
      if (hops === MAX_REDIRECTS) throw new RegistryFailure(`the registry ${first.host} redirects in a circle`, false);
      const next = new URL(response.headers.location ?? '', url);
      if (next.host !== url.host) { // credentials are for the registry, not for where it keeps its blobs
        const { Authorization: _authorization, ...others } = headers;
        headers = others;
      }
      url = next;
    }
  };

  const send = async (host: string, request: RegistryRequest): Promise<IncomingMessage> => {
    const known = schemes.get(host) ?? 'https';
    const isStream = request.body !== undefined && !Buffer.isBuffer(request.body); // can be sent once only
    const candidates = !insecure(host) ? ['https' as const] : isStream ? [known] : [known, OTHER[known]]; // it may have changed since
    let failure: RegistryFailure | undefined;
    for (const scheme of candidates) {
      try {
        const response = await follow(new URL(request.url, `${scheme}://${host}`), request);
        schemes.set(host, scheme);
        doubted.delete(host);
        return response;
      } catch (error) {
        request.signal.throwIfAborted();
        const one = error instanceof RegistryFailure ? error : networkFailure(host, scheme, error);
        if (one.isTemporary && schemes.get(host) === scheme && !doubted.has(host)) { // the other scheme's failure would only hide this one
          doubted.add(host);
          throw one;
        }
        failure = failure?.isTemporary === true ? failure : one;
      }
    }
    throw failure ?? new RegistryFailure(`cannot reach the registry ${host}`, false);
  };

  return {
    send,
    async sendAgain(host, request) {
      for (let attempt = 1; ; attempt++) {
        let wait = Math.min(MAX_WAIT_MS, 250 * 2 ** attempt);
        try {
          const response = await send(host, request);
          const status = response.statusCode ?? 0;
          if ((status < 500 || status === 501) && status !== 429) return response;
          if (attempt === ATTEMPTS) return response;
          response.resume();
          wait = retryAfterMs(response.headers['retry-after']) ?? wait;
          if (wait > MAX_WAIT_MS) return response;
        } catch (error) {
          request.signal.throwIfAborted();
          if (!isTemporary(error) || attempt === NETWORK_ATTEMPTS) throw error;
        }
        await sleep(wait, undefined, { signal: request.signal });
      }
    },
    [Symbol.dispose]() {
      proxied.destroy();
      direct.destroy();
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function certificates(folders: readonly string[], host: string): { ca: string[]; cert?: string; key?: string } {
  const found: { ca: string[]; cert?: string; key?: string } = { ca: [] };
  for (const folder of folders) {
    let names: string[];
    try {
      names = readdirSync(join(folder, host));
    } catch {
      continue; // no special certificates for this host
    }
    const read = (name: string) => readFileSync(join(folder, host, name), 'utf8');
    for (const name of names.sort()) {
      if (name.endsWith('.crt')) found.ca.push(read(name));
      if (name.endsWith('.cert') && names.includes(name.replace(/cert$/, 'key'))) {
        found.cert = read(name);
        found.key = read(name.replace(/cert$/, 'key'));
      }
    }
  }
  return found;
}
