// `npm run check`: everything that can be said about the code without running the product, in under 30 s.

import process from 'node:process';
import { runSteps } from './run-all.mjs';

const steps = {
  'types: engine, main, tests': ['tsc', '-p', 'tsconfig.json'],
  'types: renderer': ['tsc', '-p', 'tsconfig.renderer.json'],
  'types: electron': ['tsc', '-p', 'tsconfig.electron.json'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  'dead code': ['knip', '--no-progress'],
  architecture: ['vitest', 'run', '--project=node', 'test/architecture.test.ts'],
};

const startedMs = performance.now();
const failed = await runSteps(steps, 2);
console.log(`check: ${failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
process.exit(failed.length === 0 ? 0 : 1);
