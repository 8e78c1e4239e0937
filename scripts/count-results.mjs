// Reads the counts out of the runners' own JSON reports.

/** Vitest: a file that could not be loaded has no tests in it, and is one failure. */
export function countVitest(report) {
  const broken = (report.testResults ?? []).filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/** Playwright: a flaky test failed once, which counts as failed; errors outside of tests count one each. */
export function countPlaywright(report) {
  const { expected, unexpected, flaky } = report.stats;
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0) };
}
