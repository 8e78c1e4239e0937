// Four kinds of test, by what they need: `node` and `dom` need nothing and run in parallel; `engine` needs root, a
// kernel and the Debian packages, and runs one file at a time because tests share the machine's cgroups; `vm` also
// boots a virtual machine. `npm test` runs them all; `vitest run PATH` runs one file.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const needsNothing = { testTimeout: 120_000 };
const serial = { environment: 'node', fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    // Two cores are what a CI machine has; more workers only compete.
    maxWorkers: 2,
    projects: [
      { test: { ...needsNothing, name: 'node', environment: 'node', include: ['src/{engine,main}/**/*.test.ts', 'test/*.test.{ts,mjs}', 'test/architecture/*.test.ts', 'scripts/*.test.mjs'] } },
      { plugins: [react()], test: { ...needsNothing, name: 'dom', environment: 'jsdom', include: ['src/renderer/**/*.test.{ts,tsx}'] } },
      { test: { ...serial, name: 'engine', include: ['test/{engine,build,layers,ssh,compose}/**/*.test.ts'], sequence: { groupOrder: 1 } } },
      { test: { ...serial, name: 'vm', include: ['test/vm/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000, sequence: { groupOrder: 2 } } },
    ],
  },
});
