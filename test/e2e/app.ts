// What every story starts from: a real engine in its own network namespace, the app in the browser shell, a page that is in.
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestEngine, type TestEngine } from '../engine/harness.ts';

export interface RunningApp extends AsyncDisposable {
  /** with the one-time token */
  address: string;
  origin: string;
  /** the app's settings folder */
  profile: string;
}

/** Starts the browser shell on an engine that already runs. */
export async function startApp(socketPath: string, profile = mkdtempSync(join(tmpdir(), 'gantry-profile-')), env: Record<string, string> = {}): Promise<RunningApp> {
  const child: ChildProcess = spawn('node_modules/.bin/node',
    ['src/main/browser.ts', '--no-open', `--engine=${socketPath}`, `--profile=${profile}`], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const address = await new Promise<string>((found, fail) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const match = /^open (http:\S+)/m.exec(out);
      if (match) found(match[1] as string);
    });
    child.on('exit', (code) => fail(new Error(`the app exited with ${code}: ${said}`)));
  });
  return {
    address,
    origin: new URL(address).origin,
    profile,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

interface Worker { engine: TestEngine; app: RunningApp }

/** `engine` and `app` live as long as the file; `window` is a page that is logged in, and fails the test on any page error. */
export const test = base.extend<{ window: Page }, Worker>({
  // Playwright wants to see a destructured first argument, even where nothing is taken from it.
  // eslint-disable-next-line eslint/no-empty-pattern
  engine: [async ({}, use) => {
    await using engine = await startTestEngine();
    await use(engine);
  }, { scope: 'worker' }],
  app: [async ({ engine }, use) => {
    await using app = await startApp(engine.socketPath);
    await use(app);
  }, { scope: 'worker' }],
  window: async ({ app, browser }, use) => {
    // The token works once; later pages of the same worker come with the cookie it was exchanged for.
    const kept = contexts.get(app.origin);
    const context = kept ?? await browser.newContext({ viewport: { width: 1440, height: 900 } });
    contexts.set(app.origin, context);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(kept ? app.origin : app.address);
    await page.getByRole('navigation').first().waitFor();
    await use(page);
    await page.close();
    if (errors.length > 0) throw new Error(`errors in the page: ${errors.join('; ')}`);
  },
});

const contexts = new Map<string, BrowserContext>();

/** Files share an engine while they share a worker: a story about an empty one begins with this. */
export async function emptyEngine(engine: TestEngine): Promise<void> {
  const list = async (...args: string[]) => (await engine.dockerOk(...args)).split('\n').filter(Boolean);
  const containers = await list('ps', '-aq');
  if (containers.length > 0) await engine.dockerOk('rm', '-f', ...containers);
  const images = await list('images', '-aq', '--no-trunc');
  if (images.length > 0) await engine.dockerOk('rmi', '-f', ...new Set(images));
}

export { expect } from '@playwright/test';
