// Who we are to a registry: Basic, or a bearer token from the realm that its challenge names. Tokens are kept until they expire.
// Sources: distribution "Token Authentication Specification", "OAuth2 Token Authentication"; RFC 7235 4.1.
import type { IncomingMessage } from 'node:http';
import { Unauthorized } from '../wire/errors.ts';
import { bodyOf, registryError } from './answer.ts';
import type { Transport } from './transport.ts';

/** Docker's AuthConfig (X-Registry-Auth). Never logged, never in an error. */
export interface Credentials {
  username?: string;
  password?: string;
  /** base64 of `user:password` */
  auth?: string;
  /** an OAuth2 refresh token */
  identitytoken?: string;
  /** a ready bearer token */
  registrytoken?: string;
  serveraddress?: string;
}

export interface Challenge { scheme: 'basic' | 'bearer'; parameters: Record<string, string> }

/** The header as Docker clients send it: base64url (or plain base64) of JSON. Nonsense counts as no credentials, as in dockerd. */
export function credentialsFromHeader(header: string | string[] | undefined): Credentials | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  try {
    const value = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as Credentials;
    return typeof value === 'object' && value !== null && Object.values(value).some((field) => typeof field === 'string' && field !== '') ? value : undefined;
  } catch {
    return undefined; // dockerd: "to increase compatibility with the existing api it is defaulting to be empty"
  }
}

/** All challenges of `WWW-Authenticate`, which may be one header with commas everywhere. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  for (const match of (header ?? '').matchAll(/(?:^|[\s,])(basic|bearer)(?=\s|$)|([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/gi)) {
    const [, scheme, key, quoted, plain] = match;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase() as 'basic' | 'bearer', parameters: {} });
    else if (key !== undefined) {
      const last = challenges.at(-1);
      if (last) last.parameters[key.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    }
  }
  return challenges;
}

export interface Authenticator {
  /** The Authorization header for a first try; undefined when none is known. */
  header(host: string, scope: string): string | undefined;
  /** The header after a 401; undefined when there is nothing to answer with. @throws Unauthorized when the realm refuses */
  answer(host: string, scope: string, challenges: readonly Challenge[], signal: AbortSignal): Promise<string | undefined>;
}

interface Token { header: string; expiresAtMs: number }

const MIN_TOKEN_MS = 60_000; // the specification's default lifetime

export function createAuthenticator(transport: Transport, credentials: Credentials | undefined, now: () => number = Date.now): Authenticator {
  const tokens = new Map<string, Token>();
  const user = userOf(credentials);
  return {
    header(host, scope) {
      if (credentials?.registrytoken) return `Bearer ${credentials.registrytoken}`;
      const token = tokens.get(`${host} ${scope}`) ?? tokens.get(`${host} *`);
      return token !== undefined && token.expiresAtMs > now() ? token.header : undefined;
    },
    async answer(host, scope, challenges, signal) {
      const bearer = challenges.find((challenge) => challenge.scheme === 'bearer');
      if (bearer !== undefined) {
        const token = await fetchToken(transport, bearer.parameters, scope, credentials, signal, now);
        tokens.set(`${host} ${scope}`, token);
        return token.header;
      }
      if (user === undefined || !challenges.some((challenge) => challenge.scheme === 'basic')) return undefined;
      const header = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
      tokens.set(`${host} *`, { header, expiresAtMs: Infinity });
      return header;
    },
  };
}

function userOf(credentials: Credentials | undefined): { name: string; password: string } | undefined {
  if (credentials === undefined) return undefined;
  if (credentials.username) return { name: credentials.username, password: credentials.password ?? '' };
  const plain = credentials.auth ? Buffer.from(credentials.auth, 'base64').toString('utf8') : '';
  const colon = plain.indexOf(':');
  return colon < 0 ? undefined : { name: plain.slice(0, colon), password: plain.slice(colon + 1) };
}

async function fetchToken(transport: Transport, parameters: Record<string, string>, scope: string, credentials: Credentials | undefined, signal: AbortSignal, now: () => number): Promise<Token> {
  const realm = parameters['realm'];
  if (realm === undefined || !/^https?:\/\//.test(realm)) throw new Unauthorized('the registry asks for a token but does not say where to get one');
  const url = new URL(realm);
  const scopes = [...new Set([...(parameters['scope'] ?? '').split(' '), ...scope.split(' ')])].filter(Boolean);
  let response;
  if (credentials?.identitytoken) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', service: parameters['service'] ?? '', client_id: 'gantry', refresh_token: credentials.identitytoken, scope: scopes.join(' ') });
    response = await transport.sendAgain(url.host, { method: 'POST', url: url.href, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form.toString()), signal });
  } else {
    const user = userOf(credentials);
    if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service']);
    for (const one of scopes) url.searchParams.append('scope', one);
    if (user !== undefined) url.searchParams.set('account', user.name);
    const headers = user === undefined ? {} : { Authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}` };
    response = await transport.sendAgain(url.host, { method: 'GET', url: url.href, headers, signal });
  }
  if (response.statusCode !== 200) throw await refusal(response, url.host, credentials !== undefined);
  const answer = parseToken(await bodyOf(response));
  const token = answer.token ?? answer.access_token;
  if (!token) throw new Unauthorized(`${url.host} answered without a token`);
  return { header: `Bearer ${token}`, expiresAtMs: now() + Math.max(MIN_TOKEN_MS, (answer.expires_in ?? 60) * 1000) - 10_000 };
}

async function refusal(response: IncomingMessage, host: string, hasCredentials: boolean): Promise<Error> {
  const error = await registryError(response, `a token of ${host}`);
  if (!['Unauthorized', 'Forbidden', 'InvalidParameter', 'NotFound'].includes(error.kind)) return error;
  return new Unauthorized(`${host} gives no token: ${hasCredentials ? 'incorrect username or password' : 'log in first'}`, { cause: error });
}

function parseToken(body: Buffer): { token?: string; access_token?: string; expires_in?: number } {
  try {
    return (JSON.parse(body.toString('utf8')) as ReturnType<typeof parseToken> | null) ?? {};
  } catch {
    return {}; // the caller says that there is no token in it
  }
}
