import { expect, test } from 'vitest';
import { countPlaywright, countVitest } from './count-results.mjs';

test('a test file that cannot be loaded is one failure', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, testResults: [
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
    { status: 'failed', assertionResults: [] },
  ] };
  expect(countVitest(report)).toEqual({ passed: 3, failed: 2 });
});

test('a flaky story failed', () => {
  expect(countPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 2 }, errors: [{ message: 'port in use' }] })).toEqual({ passed: 4, failed: 4 });
});
