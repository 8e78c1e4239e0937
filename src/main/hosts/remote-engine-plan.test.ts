import { expect, test } from 'vitest';
import { installSentence } from '../contract/install-texts.ts';
import { parseFacts } from './discover.ts';
import { parseState, placesOf, planInstall, unitText } from './remote-engine-plan.ts';

const facts = parseFacts('user 1000 dev\ngroups dev\nhome /home/dev\nsystem Linux x86_64\ntool crun /usr/bin/crun\ntool conmon /usr/bin/conmon\ntool apt-get /usr/bin/apt-get\nend\n');
const state = parseState('run /run/user/1000\ninstalled \nfree 9000000\nsubids yes\nsystemd yes\n');
const bundle = { bytes: 50_000_000, version: '0.1.0+abc' };

test('a plan names what is missing and how to get it', () => {
  const plan = planInstall('user', facts, state, bundle);
  expect(plan.missing).toEqual(['nft', 'rootlesskit', 'slirp4netns', 'newuidmap']);
  expect(plan.command).toBe('sudo apt-get install -y nftables rootlesskit slirp4netns uidmap');
  expect(plan).toMatchObject({ obstacles: [], installed: undefined, socketPath: '/run/user/1000/gantry/gantry.sock', folder: '/home/dev/.local/share/gantry-engine' });
});

test('root needs no rootless tools; runc does where crun is not', () => {
  const root = parseFacts('user 0 root\nhome /root\nsystem Linux x86_64\ntool runc /r\ntool conmon /c\ntool nft /n\n');
  const plan = planInstall('system', root, { ...state, isRootPossible: true }, bundle);
  expect(plan).toMatchObject({ missing: [], command: undefined, obstacles: [], socketPath: '/run/gantry/gantry.sock' });
});

test('obstacles are said before anything is done', () => {
  const plan = planInstall('system', { ...facts, system: 'Darwin' }, parseState('run /run/user/1000\nfree 1000\n'), bundle);
  expect(plan.obstacles.map(installSentence).join('\n')).toMatch(/needs Linux[\s\S]*systemd[\s\S]*needs root[\s\S]*1 MB are free/);
  expect(planInstall('user', facts, { ...state, hasSubIds: false }, bundle).obstacles.map(installSentence).join()).toContain('usermod --add-subuids');
});

test('the user unit runs inside rootlesskit, the system one does not, and containers outlive both', () => {
  const user = unitText('user', placesOf('user', facts, '/run/user/1000'), 'src/engine/daemon.ts');
  expect(user).toContain('rootlesskit --net=slirp4netns');
  expect(user).toContain('WantedBy=default.target');
  const system = unitText('system', placesOf('system', facts, ''), 'src/engine/daemon.ts');
  expect(system).not.toContain('rootlesskit');
  expect(system).toContain('ExecStart=/opt/gantry-engine/current/');
  for (const unit of [user, system]) expect(unit).toContain('KillMode=process');
});
