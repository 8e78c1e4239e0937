// `npm start`: set up what is missing, build what is stale, open the desktop window if that is possible, else the
// browser shell. Runs on plain Node 20 the first time; Node 24 (the npm package `node`) runs the application.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readFlags, usage } from './flags.mjs';
import { isStale } from './freshness.mjs';
import { root, setup } from './setup.mjs';
import { hasElectron } from './setup-electron.mjs';
import { SetupFailure } from './setup-failure.mjs';

const flags = readFlags(process.argv.slice(2));
if (flags.problem) {
  console.error(`${flags.problem}\n${usage()}`);
  process.exit(2);
}
if (flags.help) {
  console.log(usage());
  process.exit(0);
}

// Compiled code of the application and its engine is kept between starts: half of their start time is parsing TypeScript.
process.env.NODE_COMPILE_CACHE ??= join(root, 'out/compile-cache');

try {
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
  await setup({ purpose: 'run', offline: flags.offline, electron: flags.shell !== 'browser' && hasDisplay });
  const [shell, why] = chooseShell(flags.shell, hasElectron(root), hasDisplay);
  if (isStale(root, 'renderer')) build('build');
  if (shell === 'electron' && isStale(root, 'main')) build('build:main');
  console.error(`Gantry opens ${shell === 'electron' ? 'as a desktop window' : 'in the browser shell'}: ${why}.`);
  become(...command(shell));
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  console.error(`npm start: ${error.message}`);
  process.exit(1);
}

function chooseShell(wish, binary, hasDisplay) {
  if (wish === 'browser') return ['browser', 'asked for with --shell=browser'];
  const obstacle = !binary ? 'the Electron binary is not here' : !hasDisplay ? 'there is no display' : undefined;
  if (wish === 'electron' && obstacle) throw new SetupFailure(`--shell=electron is not possible: ${obstacle}. Leave the flag out to use the browser shell.`);
  return obstacle ? ['browser', obstacle] : ['electron', 'the Electron binary and a display are here'];
}

function command(shell) {
  if (shell === 'browser') return [node24(), [join(root, 'src/main/browser.ts'), ...flags.app]];
  // Chromium's sandbox refuses to run as root; a desktop session of root is a machine somebody uses for tests.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [hasElectron(root), [...sandbox, root, ...flags.app]];
}

/** The project's own Node, or the one that runs this script where it is new enough (macOS and Windows). */
function node24() {
  const own = join(root, 'node_modules/.bin/node');
  try {
    accessSync(own, constants.X_OK);
    return own;
  } catch {
    if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
    throw new SetupFailure('Node 24 is needed on this platform: install it from nodejs.org, then run npm start again');
  }
}

function build(script) {
  const npm = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (npm.status !== 0) throw new SetupFailure(`npm run ${script} failed (its message is above)`);
}

/** Replaces this process where Node can (24), else waits for the child and leaves as it left. */
function become(program, args) {
  if (process.execve && process.platform !== 'win32') process.execve(program, [program, ...args], process.env);
  const child = spawn(program, args, { stdio: 'inherit', cwd: process.cwd() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`npm start: ${program} could not be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => (signal ? process.exit(1) : process.exit(code ?? 1)));
}
