// `npm test [-- --skip-vm] [names]`: every runner, one last line. Names are parts of file paths. `--skip-vm` leaves out the
// tests in a virtual machine (docs/decisions/vm-tests.md), for a quick round.
//
// The tests that need root run in their own network, mount and process namespaces: they cannot disturb the machine's
// firewall, and what a crashed test leaves behind dies with them instead of keeping CI's output open.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { countPlaywright, countVitest } from './count-results.mjs';
import { runOne } from './run-all.mjs';
import { root, setup } from './setup.mjs';
import { SetupFailure } from './setup-failure.mjs';

const usage = 'usage: npm test [-- [--skip-vm] [--skip-check] [--offline] [PART-OF-A-PATH ...]]';
const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith('-')));
const names = words.filter((word) => !word.startsWith('-'));
const unknown = [...flags].find((flag) => !['--skip-vm', '--skip-check', '--offline'].includes(flag));
if (unknown) {
  console.error(`unknown flag: ${unknown}\n${usage}`);
  process.exit(2);
}

const results = join(root, 'test-results');
const isolated = ['unshare', '--net', '--mount', '--propagation=private', '--pid', '--fork', '--kill-child', '--mount-proc', 'tini', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
// The machine's image is made of Debian packages, which come over the network.
const withNetwork = ['unshare', '--mount', '--propagation=private', '--pid', '--fork', '--kill-child', '--mount-proc', 'tini', '--'];
// Its image is of this architecture; with names, only where one of them means it.
const machines = readdirSync(join(root, 'test/vm')).map((file) => `test/vm/${file}`);
const withMachine = !flags.has('--skip-vm') && process.arch === 'x64' && (names.length === 0 || names.some((name) => machines.some((file) => file.includes(name))));
const total = { passed: 0, failed: 0 };

try {
  if (process.platform === 'linux' && process.getuid?.() !== 0) throw new SetupFailure('the tests mount, make networks and cgroups: run them as root (sudo npm test)');
  await setup({ purpose: withMachine ? 'vm' : 'test', offline: flags.has('--offline') });
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  if (!flags.has('--skip-check') && names.length === 0) await step('npm run check', ['node', 'scripts/check.mjs']);
  await step('build the renderer', ['vite', 'build', '--logLevel', 'warn']);
  await vitest('unit', ['node', 'dom'], []);
  await vitest('engine', ['engine'], isolated);
  await playwright();
  if (withMachine) await vitest('vm', ['vm'], withNetwork);
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  console.error(`npm test: ${error.message}`);
  total.failed++;
}
if (total.passed + total.failed === 0) console.error('npm test: no test ran');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** A step that is no test: silent in the count while it works, one failure when it does not. */
async function step(title, argv) {
  console.log(`\n== ${title}`);
  if ((await runOne(argv, { live: true })).code !== 0) total.failed++;
}

async function vitest(title, projects, prefix) {
  const file = join(results, `vitest-${title}.json`);
  const args = ['run', ...projects.map((name) => `--project=${name}`), '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...names];
  await runner(title, [...prefix, 'vitest', ...args], file, countVitest);
}

async function playwright() {
  if (!existsSync(join(root, 'test/e2e'))) return;
  const file = join(results, 'playwright.json');
  // Playwright empties its own output folder, so it gets one below ours.
  const args = ['test', '--pass-with-no-tests', '--reporter=list,json', '--output', join(results, 'e2e'), ...names];
  await runner('windows', [...isolated, 'playwright', ...args], file, countPlaywright, { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
}

async function runner(title, argv, file, count, env = {}) {
  console.log(`\n== ${title}`);
  const { code, seconds } = await runOne(argv, { live: true, env });
  const counted = existsSync(file) ? count(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0 };
  // A runner that fails without a failed test (a worker died, an error outside of any test) still failed.
  if (code !== 0 && counted.failed === 0) counted.failed = 1;
  console.log(`${title}: ${counted.passed} passed, ${counted.failed} failed (${seconds.toFixed(0)} s)`);
  total.passed += counted.passed;
  total.failed += counted.failed;
}
