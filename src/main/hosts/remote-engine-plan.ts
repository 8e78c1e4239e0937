// What installing Gantry's engine on a machine means there: folders, unit, missing programs, what stands in the way. Pure.

import type { InstallNote, InstallText } from '../contract/install-texts.ts';
import type { InstallPlan } from '../contract/remote.ts';
import { shellQuote, type RemoteFacts } from './discover.ts';
import type { EngineBundle } from './remote-engine-bundle.ts';

export type Scope = 'user' | 'system';

/** Read by `stateScript`. */
export interface EngineState { installed: string | undefined; freeBytes: number; runFolder: string; isRootPossible: boolean; hasSubIds: boolean; hasSystemd: boolean }

export interface Places { folder: string; unit: string; socketPath: string; dataRoot: string; systemctl: string; journal: string; privileged: string }

const PROGRAMS: { program: string; alternative?: string; rootlessOnly?: boolean; packages: Record<string, string> }[] = [
  { program: 'crun', alternative: 'runc', packages: {} },
  { program: 'conmon', packages: {} },
  { program: 'nft', packages: { default: 'nftables' } },
  { program: 'rootlesskit', rootlessOnly: true, packages: {} },
  { program: 'slirp4netns', rootlessOnly: true, packages: {} },
  { program: 'newuidmap', rootlessOnly: true, packages: { 'apt-get': 'uidmap', dnf: 'shadow-utils', apk: 'shadow-uidmap', zypper: 'shadow', pacman: 'shadow' } },
];
const MANAGERS: Record<string, string> = { 'apt-get': 'apt-get install -y', dnf: 'dnf install -y', apk: 'apk add', zypper: 'zypper install -y', pacman: 'pacman -S --noconfirm' };
/** Unpacked size over packed size, with the archive itself. */
const SPACE_FACTOR = 4.5;

export function placesOf(scope: Scope, facts: RemoteFacts, runFolder: string): Places {
  if (scope === 'system') {
    return { folder: '/opt/gantry-engine', unit: '/etc/systemd/system/gantry.service', socketPath: '/run/gantry/gantry.sock', dataRoot: '/var/lib/gantry', systemctl: 'systemctl', journal: 'journalctl _SYSTEMD_UNIT=gantry.service', privileged: facts.uid === 0 ? '' : 'sudo -n ' };
  }
  return {
    folder: `${facts.home}/.local/share/gantry-engine`, unit: `${facts.home}/.config/systemd/user/gantry.service`, socketPath: `${runFolder}/gantry/gantry.sock`,
    dataRoot: `${facts.home}/.local/share/gantry`, systemctl: `XDG_RUNTIME_DIR=${shellQuote(runFolder)} systemctl --user`, journal: `XDG_RUNTIME_DIR=${shellQuote(runFolder)} journalctl --user _SYSTEMD_USER_UNIT=gantry.service`, privileged: '',
  };
}

export function planInstall(scope: Scope, facts: RemoteFacts, state: EngineState, bundle: Pick<EngineBundle, 'bytes' | 'version'>): InstallPlan {
  const places = placesOf(scope, facts, state.runFolder);
  const missing = PROGRAMS.filter(({ program, alternative, rootlessOnly }) => (!rootlessOnly || scope === 'user') && !facts.tools.has(program) && !(alternative && facts.tools.has(alternative)));
  const manager = Object.keys(MANAGERS).find((name) => facts.tools.has(name));
  const names = missing.map(({ program, packages }) => packages[manager ?? ''] ?? packages['default'] ?? program);
  const obstacles: InstallNote[] = [];
  if (facts.system !== 'Linux') obstacles.push(note('not-linux', { system: facts.system || '?' }));
  if (!state.hasSystemd) obstacles.push(note('no-systemd'));
  if (scope === 'user' && facts.uid === 0) obstacles.push(note('root-rootless'));
  if (scope === 'system' && !state.isRootPossible) obstacles.push(note('needs-root'));
  if (scope === 'user' && facts.uid !== 0 && !state.hasSubIds) obstacles.push(note('no-subids', { user: facts.user, command: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${facts.user}` }));
  const needed = Math.round(bundle.bytes * SPACE_FACTOR);
  if (state.freeBytes < needed) obstacles.push(note('no-space', { needed: megabytes(needed), folder: places.folder, free: `${Math.floor(state.freeBytes / 1e6)} MB` }));
  return {
    user: facts.user, machine: facts.machine, scope, folder: places.folder, socketPath: places.socketPath, bundleBytes: bundle.bytes, installed: state.installed, version: bundle.version,
    missing: missing.map(({ program }) => program),
    command: missing.length > 0 && manager ? `${facts.uid === 0 ? '' : 'sudo '}${MANAGERS[manager]} ${names.join(' ')}` : undefined,
    steps: [
      note('send', { size: megabytes(bundle.bytes), folder: `${places.folder}/bundles` }),
      note('unit', { unit: places.unit }),
      note('start', { command: `${places.privileged}${scope === 'user' ? 'systemctl --user' : 'systemctl'} enable --now gantry` }),
      ...(scope === 'user' ? [note('linger', { command: `loginctl enable-linger ${facts.user}` })] : []),
    ],
    obstacles,
  };
}

function note(code: InstallText, params: Record<string, string> = {}): InstallNote {
  return { code, params };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** The systemd unit. KillMode=process: stopping the engine leaves its containers to conmon (systemd.kill(5)). */
export function unitText(scope: Scope, places: Places, entry: string): string {
  const bundle = `${places.folder}/current`;
  const daemon = `${bundle}/node_modules/node-linux/bin/node ${bundle}/${entry} --socket ${places.socketPath}`;
  // As the local engine is started for an ordinary user (hosts/local.ts): own user, mount and network namespaces.
  const rootless = 'rootlesskit --net=slirp4netns --mtu=65520 --port-driver=builtin --disable-host-loopback --copy-up=/etc --copy-up=/run --propagation=rslave';
  return `[Unit]
Description=Gantry container engine
${scope === 'system' ? 'After=network-online.target\nWants=network-online.target\n' : ''}
[Service]
Type=simple
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=${scope === 'user' ? `/usr/bin/env ${rootless} ${daemon}` : daemon}
Restart=on-failure
RestartSec=2
KillMode=process
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576

[Install]
WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}
`;
}

/** Asks what `EngineState` holds, for places that are known only there. */
export function stateScript(scope: Scope): string {
  const folder = scope === 'system' ? '/opt/gantry-engine' : '$HOME/.local/share/gantry-engine';
  return `
folder="${folder}"
run="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
echo "run $run"
echo "installed $(cat "$folder/current/VERSION" 2>/dev/null)"
parent="$folder"; while [ ! -d "$parent" ]; do parent=$(dirname "$parent"); done
echo "free $(df -Pk "$parent" | awk 'NR==2 {print $4}')"
if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then echo "root yes"; fi
if grep -q "^$(id -un):" /etc/subuid 2>/dev/null; then echo "subids yes"; fi
if ${scope === 'system' ? 'systemctl' : 'XDG_RUNTIME_DIR="$run" systemctl --user'} show -p Version >/dev/null 2>&1; then echo "systemd yes"; fi
`;
}

export function parseState(output: string): EngineState {
  const values = new Map(output.split('\n').map((line) => [line.split(' ')[0]!, line.split(' ').slice(1).join(' ').trim()]));
  return {
    installed: values.get('installed') || undefined, freeBytes: Number(values.get('free') ?? 0) * 1024, runFolder: values.get('run') ?? '',
    isRootPossible: values.get('root') === 'yes', hasSubIds: values.get('subids') === 'yes', hasSystemd: values.get('systemd') === 'yes',
  };
}
