import { expect, test } from 'vitest';
import { contentSecurityPolicy, createSession, isOwnHost, isOwnOrigin } from './browser-session.ts';

test.each([
  ['127.0.0.1:80', true], ['localhost:80', true], ['LOCALHOST:80', true], ['[::1]:80', true],
  ['127.0.0.1:81', false], ['evil.example:80', false], ['127.0.0.1.evil.example:80', false], ['127.0.0.1', false], [undefined, false],
])('host %s: %s', (host, own) => {
  expect(isOwnHost(host, 80)).toBe(own);
});

test.each([
  ['http://127.0.0.1:80', true, true], [undefined, true, false], [undefined, false, true],
  ['null', false, false], ['https://127.0.0.1:80', true, false], ['http://127.0.0.1:80.evil.example', true, false], ['http://localhost:80', true, false],
])('origin %s, required %s: %s', (origin, required, own) => {
  expect(isOwnOrigin(origin, '127.0.0.1:80', required)).toBe(own);
});

test('the token is good once, and only its cookie opens', () => {
  const session = createSession(80);
  expect(session.exchange('guess')).toBeUndefined();
  const cookie = session.exchange(session.token) ?? '';
  expect(cookie).toMatch(/^gantry-80=.+; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(session.exchange(session.token)).toBeUndefined();
  expect(session.hasCookie({ cookie: `other=1; ${cookie.split(';')[0]}` })).toBe(true);
  expect(session.hasCookie({ cookie: 'gantry-80=guess' })).toBe(false);
  expect(session.hasCookie({})).toBe(false);
});

test('scripts come from us alone', () => {
  const policy = contentSecurityPolicy('127.0.0.1:80');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
});
