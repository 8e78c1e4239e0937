// Who may talk to the browser shell. Three locks, each against something else:
// - a one-time token in the address's fragment (never sent to a server, never in a log), exchanged for an HttpOnly SameSite=Strict cookie;
// - the Host header must be our own loopback address: a rebound DNS name carries its own;
// - the Origin of anything that changes state or upgrades must be our own: WebSockets are not bound by the same-origin policy.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Session {
  /** good for one exchange */
  readonly token: string;
  readonly cookieName: string;
  /** The Set-Cookie value for the token, once; undefined for a wrong or used one. */
  exchange(token: string): string | undefined;
  hasCookie(headers: IncomingHttpHeaders): boolean;
}

/** @param port told apart in the cookie's name, because cookies do not see ports */
export function createSession(port: number): Session {
  const token = randomBytes(24).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  const cookieName = `gantry-${port}`;
  let used = false;
  return {
    token,
    cookieName,
    exchange(given) {
      if (used || !same(given, token)) return undefined;
      used = true;
      return `${cookieName}=${secret}; HttpOnly; SameSite=Strict; Path=/`;
    },
    hasCookie(headers) {
      const cookies = (headers.cookie ?? '').split(';').map((item) => item.trim());
      return cookies.some((cookie) => cookie.startsWith(`${cookieName}=`) && same(cookie.slice(cookieName.length + 1), secret));
    },
  };
}

/** Our own address in every way a browser on this machine may write it. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host !== undefined && [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`].includes(host.toLowerCase());
}

/** @param required a request without Origin is refused (upgrades); browsers always send it there */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, required: boolean): boolean {
  if (origin === undefined) return !required;
  return host !== undefined && origin === `http://${host}`;
}

/** What the page may load and talk to: itself. Styles are inline because React components set them; scripts never are. */
export function contentSecurityPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
