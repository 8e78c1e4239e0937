// Installs missing Debian packages: one dpkg-query to see what is missing, at most one `apt-get update`, one install.
// Nothing is run when nothing is missing. As root directly, else through sudo or pkexec after saying what and why.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { SetupFailure } from './setup-failure.mjs';

const dayMs = 24 * 3600 * 1000;
const aptLists = '/var/lib/apt/lists';
const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/** @returns whether this is a machine with dpkg and apt. */
export function isDebian() {
  return existsSync('/var/lib/dpkg/status') && onPath('apt-get') && onPath('dpkg-query');
}

/**
 * Installs those of `wanted` (package name -> purpose) that are missing.
 * @returns the names that were installed.
 * @throws SetupFailure when they cannot be installed; its text says what to do.
 */
export function installDebianPackages(wanted, { offline, say }) {
  const missing = missingPackages(Object.keys(wanted));
  if (missing.length === 0) return [];
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (offline) throw new SetupFailure(`missing Debian packages, and --offline forbids fetching them. Run: ${command}`);

  say('These Debian packages are missing and will be installed:');
  for (const name of missing) say(`  ${name.padEnd(18)}${wanted[name]}`);
  const elevate = elevation(command, say);

  let updated = false;
  if (!hasFreshLists()) updated = update(elevate, say);
  let installable = candidates(missing);
  if (installable.length < missing.length && !updated) {
    updated = update(elevate, say);
    installable = candidates(missing);
  }
  for (const name of missing) {
    if (!installable.includes(name)) say(`  ${name}: not known to this machine's package sources, going on without (${wanted[name]})`);
  }
  if (installable.length === 0) return [];
  if (install(elevate, installable) !== 0) {
    // Lists a few hours old can name versions that the mirror has dropped: one update, unless we had one.
    if (updated || !update(elevate, say) || install(elevate, installable) !== 0) {
      throw new SetupFailure(`apt-get could not install the packages (its message is above). Try by hand: ${command}`);
    }
  }
  const still = missingPackages(installable);
  if (still.length > 0) throw new SetupFailure(`still missing after the installation: ${still.join(' ')}. Try by hand: apt-get install ${still.join(' ')}`);
  return installable;
}

/** Asks dpkg once. A package that dpkg never heard of is absent from the answer (and makes it exit 1). */
function missingPackages(names) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names], { encoding: 'utf8' });
  if (answer.error) throw new SetupFailure(`dpkg-query could not be run: ${answer.error.message}`);
  const installed = new Set(answer.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return names.filter((name) => !installed.has(name));
}

/** Which of the names apt could install, in one call. */
function candidates(names) {
  const text = spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8', env: environment }).stdout ?? '';
  const known = new Set();
  let current = '';
  for (const line of text.split('\n')) {
    if (/^\S+:$/.test(line)) current = line.slice(0, -1);
    else if (/^ {2}Candidate: (?!\(none\))/.test(line)) known.add(current);
  }
  return names.filter((name) => known.has(name));
}

function hasFreshLists() {
  try {
    return readdirSync(aptLists).some((name) => /_Packages(\.\w+)?$/.test(name)) && Date.now() - statSync(aptLists).mtimeMs < dayMs;
  } catch {
    return false; // no lists at all: a fresh machine
  }
}

function update(elevate, say) {
  say('apt-get update ...');
  return run(elevate, 'apt-get', ['update', '-qq', '-o', 'Acquire::Retries=3']) === 0;
}

/**
 * Services of the packages (sshd, a registry) are programs to us: `policy-rc.d` keeps dpkg from starting them on the
 * user's machine (Debian policy 9.3.3.1). It is put in place only for this one installation.
 */
function install(elevate, names) {
  const script = `policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then printf '#!/bin/sh\\nexit 101\\n' > $policy; chmod 755 $policy; trap "rm -f $policy" EXIT; fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" </dev/null`;
  return run(elevate, 'sh', ['-c', script, 'sh', ...names]);
}

/** Output goes to stderr: stdout belongs to the program that starts afterwards. */
function run(elevate, program, args) {
  const [first, ...rest] = [...elevate, program, ...args];
  const result = spawnSync(first, rest, { stdio: ['inherit', 2, 2], env: environment });
  if (result.error) throw new SetupFailure(`${first} could not be run: ${result.error.message}`);
  return result.status ?? 1;
}

/** The words to put before a command that needs root. */
function elevation(command, say) {
  if (process.getuid?.() === 0) return [];
  if (onPath('sudo')) {
    const quiet = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
    if (quiet) return ['sudo', '-n'];
    if (process.stdin.isTTY) {
      say('Installing packages needs root: sudo will ask for your password.');
      return ['sudo'];
    }
  }
  if (onPath('pkexec') && (process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) {
    say('Installing packages needs root: a window will ask for your password.');
    return ['pkexec'];
  }
  throw new SetupFailure(`installing packages needs root, and neither sudo nor pkexec can ask here. As root run: ${command}`);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
