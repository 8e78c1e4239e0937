// The Electron binary is not in its npm package: `install.js` fetches some 100 MB from a release host, which many
// networks block. So: ask the host first, with a short limit; remember a refusal for a day; never fail the start.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const probeMs = 5_000;
const downloadMs = 10 * 60_000;
const retryAfterMs = 24 * 3600_000;

/** @returns the path of a usable Electron binary, or undefined. */
export function hasElectron(root) {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist');
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

/** Fetches the binary if that is possible now. Tells, and goes on, if it is not. */
export async function tryElectron(root, stamp, { offline, say }) {
  const { version, repository } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));
  const last = stamp.electron;
  if (offline || (last?.version === version && Date.now() - last.failedAtMs < retryAfterMs)) return;
  const base = process.env.ELECTRON_MIRROR ?? `${repositoryAddress(repository)}/releases/download/`; // where the installer looks too
  const behindProxy = Boolean(process.env.HTTPS_PROXY ?? process.env.https_proxy); // fetch() ignores proxies, the installer does not
  if (behindProxy || (await answers(`${base}v${version}/SHASUMS256.txt`))) {
    say('Fetching the Electron binary (about 100 MB, once) ...');
    spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], { cwd: root, stdio: ['ignore', 2, 2], timeout: downloadMs });
  }
  if (hasElectron(root)) {
    delete stamp.electron;
    return;
  }
  say('The Electron binary cannot be fetched from here; Gantry opens in Chromium instead (tried again in a day).');
  stamp.electron = { version, failedAtMs: Date.now() };
}

/** The field `repository` of a package.json: an address, or an object that has one. */
const repositoryAddress = (field) => (typeof field === 'string' ? field : (field?.url ?? '')).replace(/^git\+/, '').replace(/\.git$/, '');

async function answers(url) {
  try {
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) })).ok;
  } catch {
    return false; // no route, no name, blocked: the reason does not matter, the browser shell is there
  }
}
