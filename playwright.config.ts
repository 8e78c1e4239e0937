// The stories of `test/e2e`: Debian's Chromium against the browser shell, with a real engine and real containers.
// Playwright's own browsers are not downloaded.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, devices } from '@playwright/test';

const stories = readdirSync(join(import.meta.dirname, 'test/e2e')).filter((name) => name.endsWith('.spec.ts'));

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  // One engine and two cores: stories run one after another, and the order of a file is the order of its story.
  workers: 1,
  // A project a file: workers, and with them the engine, are never shared between files, so that no story sees what another left.
  projects: stories.map((file) => ({ name: file.replace('.spec.ts', ''), testMatch: `**/${file}` })),
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Generous: a loaded machine is slow, not wrong.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      // Chromium's sandbox does not start as root; the pages are our own.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    },
  },
});
