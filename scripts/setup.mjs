// Makes a clone ready: npm packages, Debian packages, the Electron binary. Installs what is missing and nothing else.
// Runs on plain Node 20 with no npm package, because it runs before there is one.
//
// `.setup.json` remembers what was found complete, keyed by everything that could change it, so that the second
// start costs three stat calls. Deleting the file is always safe.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lists } from './debian-packages.mjs';
import { hasElectron, tryElectron } from './setup-electron.mjs';
import { SetupFailure } from './setup-failure.mjs';
import { installDebianPackages, isDebian } from './setup-debian.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, '.setup.json');

/**
 * @param purpose 'run', 'test' or 'vm': which list of Debian packages.
 * @param electron whether the Electron binary is wanted (a display is there and nobody asked for the browser).
 * @throws SetupFailure with a sentence for the person.
 */
export async function setup({ purpose, offline = false, electron = false, say = (line) => console.error(line) }) {
  const stamp = readStamp();
  const before = JSON.stringify(stamp);
  setUpNpm(stamp, { offline, say });
  setUpDebian(stamp, { purpose, offline, say });
  if (electron && !hasElectron(root)) await tryElectron(root, stamp, { offline, say });
  if (JSON.stringify(stamp) !== before) writeStamp(stamp);
}

function setUpNpm(stamp, { offline, say }) {
  const modules = join(root, 'node_modules');
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
  const installedLock = join(modules, '.package-lock.json');
  if (stamp.npm === wanted && existsSync(installedLock)) return;
  // A linked folder belongs to another checkout, which sets it up itself.
  if (!isLink(modules) && !agrees(lock, installedLock)) {
    say('Installing npm packages (about a minute, once) ...');
    // Not `npm ci`: it refuses a lock file without the optional native parts of *other* platforms, which some
    // registries do not carry. What was installed is compared with the lock file instead.
    const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', offline ? '--offline' : '--prefer-offline'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    if (npm.error) throw new SetupFailure(`npm could not be run: ${npm.error.message}`);
    if (npm.status !== 0) throw new SetupFailure(`npm install failed (its message is above)${offline ? '; --offline needs a filled npm cache' : ''}`);
    if (!agrees(lock, installedLock)) throw new SetupFailure('npm installed something else than package-lock.json says. Delete node_modules and try again.');
  }
  stamp.npm = wanted;
}

/** Whether what is installed is what the lock file says: somebody may have run npm by hand. */
function agrees(lock, installedLock) {
  try {
    const wanted = JSON.parse(lock.toString()).packages;
    const have = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
    return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version);
  } catch {
    return false; // nothing installed, or half of it
  }
}

function setUpDebian(stamp, { purpose, offline, say }) {
  if (process.platform !== 'linux') return;
  const wanted = lists[purpose];
  if (!isDebian()) {
    const key = Object.keys(wanted).join(' ');
    if (stamp.otherLinux === key) return;
    say(`This is not a Debian-like system: please see to it that these are installed: ${key}`);
    stamp.otherLinux = key;
    return;
  }
  // dpkg rewrites its status file at every change, so an unchanged file means unchanged packages.
  const key = () => `${statSync('/var/lib/dpkg/status').mtimeMs} ${createHash('sha256').update(Object.keys(wanted).join(' ')).digest('hex')}`;
  stamp.debian ??= {};
  if (stamp.debian[purpose] === key()) return;
  const installed = installDebianPackages(wanted, { offline, say });
  if (installed.length > 0) say(`Installed ${installed.length} Debian packages.`);
  stamp.debian[purpose] = key();
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {}; // none yet, or unreadable: everything is looked at again
  }
}

function writeStamp(stamp) {
  const temporary = `${stampFile}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(stamp, null, 2)}\n`);
  renameSync(temporary, stampFile);
}

/** `node scripts/setup.mjs [run|test|vm] [--offline]` by hand. */
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [purpose = 'run'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  if (!Object.hasOwn(lists, purpose)) {
    console.error('usage: node scripts/setup.mjs [run|test|vm] [--offline]');
    process.exit(2);
  }
  try {
    await setup({ purpose, offline: process.argv.includes('--offline'), electron: purpose === 'run' });
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
}
