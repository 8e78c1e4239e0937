// Three small projects (Node, C with a build stage, Python) on two engines, from a base that debootstrap made; the images are compared.
// By hand, as it needs a mirror of Debian: `debootstrap --variant=minbase --include=python3-minimal,gcc,libc6-dev,make,nodejs bookworm DIR`,
// `tar -C DIR --exclude=./dev --exclude=./proc -cf BASE.tar .`, then `node test/build/projects.ts OUR.sock DOCKERD.sock BASE.tar`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sorted } from './build-case.ts';
import { readSavedImage } from './image-tree.ts';

const [ours, theirs, base] = process.argv.slice(2);
if (ours === undefined || theirs === undefined || base === undefined) throw new Error('usage: projects.ts OUR.sock DOCKERD.sock BASE.tar');
const folder = mkdtempSync(join(tmpdir(), 'gantry-projects-'));
const SAME = ['Env', 'Cmd', 'Entrypoint', 'User', 'WorkingDir', 'Healthcheck', 'ExposedPorts', 'Labels', 'Volumes'];
let failures = 0;

function image(socket: string, project: string) {
  const docker = (...argv: string[]) => execFileSync('docker', ['-H', `unix://${socket}`, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: folder, DOCKER_BUILDKIT: '0' } });
  docker('build', '-q', '-t', `project-${project}`, join(import.meta.dirname, 'projects', project));
  const archive = join(folder, 'saved.tar');
  docker('save', '-o', archive, `project-${project}`);
  return readSavedImage(archive);
}

try {
  for (const socket of [ours, theirs]) execFileSync('docker', ['-H', `unix://${socket}`, 'import', '--change', 'ENV LANG=C.UTF-8', base, 'deb:dev']);
  for (const project of ['node', 'c', 'python']) {
    const [own, peer] = [image(ours, project), image(theirs, project)];
    const config = SAME.filter((key) => sorted(own.config[key] || null) !== sorted(peer.config[key] || null));
    const paths = [...new Set([...own.tree.keys(), ...peer.tree.keys()])].filter((path) => own.tree.get(path) !== peer.tree.get(path));
    if (config.length + paths.length > 0) failures++;
    process.stdout.write(`${project}: ${own.tree.size} entries, ${paths.length} differ ${paths.slice(0, 5).join(' ')}; configuration differs in: ${config.join(' ') || 'nothing'}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(failures === 0 ? 0 : 1);
