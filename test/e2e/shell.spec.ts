// The browser shell is a door to root on this machine: only the window that was given the token may pass it.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { expect, test } from './app.ts';

interface Answer { status: number; headers: IncomingHttpHeaders; upgraded: boolean }

async function ask(origin: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const asked = httpRequest({ hostname, port, path, method, headers });
  asked.end();
  const [kind, response] = await Promise.race([
    once(asked, 'response').then(([incoming]) => ['response', incoming] as const),
    once(asked, 'upgrade').then(([incoming]) => ['upgrade', incoming] as const),
    once(asked, 'error').then(() => ['closed', { statusCode: 0, headers: {} }] as const),
  ]);
  asked.destroy();
  return { status: response.statusCode, headers: response.headers, upgraded: kind === 'upgrade' };
}

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

test('a page of another site, another host name or no cookie gets no socket', async ({ app, window }) => {
  const cookies = await window.context().cookies(app.origin);
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  const cookie = `${cookies[0]?.name}=${cookies[0]?.value}`;
  const port = new URL(app.origin).port;

  expect((await ask(app.origin, '/rpc', { ...UPGRADE, Cookie: cookie, Origin: app.origin })).upgraded).toBe(true);
  for (const hostile of [
    { ...UPGRADE, Cookie: cookie, Origin: 'https://evil.example' },
    { ...UPGRADE, Cookie: cookie, Origin: 'null' },
    { ...UPGRADE, Cookie: cookie },
    { ...UPGRADE, Cookie: cookie, Origin: app.origin, Host: `evil.example:${port}` },
    { ...UPGRADE, Cookie: cookie, Origin: `http://evil.example:${port}`, Host: `evil.example:${port}` },
    { ...UPGRADE, Origin: app.origin },
    { ...UPGRADE, Origin: app.origin, Cookie: cookie.replace(/=.*/, '=guess') },
  ]) {
    expect((await ask(app.origin, '/rpc', hostile)).upgraded, JSON.stringify(hostile)).toBe(false);
  }
});

test('every page has a strict policy, and a rebound host name gets nothing', async ({ app }) => {
  const page = await ask(app.origin, '/', {});
  expect(page.headers['content-security-policy']).toMatch(/default-src 'none'|default-src 'self'/);
  expect(page.headers['content-security-policy']).not.toContain("script-src 'unsafe");
  expect(page.headers['x-content-type-options']).toBe('nosniff');
  expect((await ask(app.origin, '/', { Host: 'evil.example' })).status).toBeGreaterThanOrEqual(400);
});

test('the token works once', async ({ app, window, browser }) => {
  await expect(window.getByRole('navigation').first()).toBeVisible();
  const thief = await browser.newContext();
  const page = await thief.newPage();
  await page.goto(app.address);
  await page.waitForTimeout(1000);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await thief.close();
});
