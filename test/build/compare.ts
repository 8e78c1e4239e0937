// Builds the whole corpus on two engines and compares the images: configuration, flattened tree (modes, owners, xattrs, contents) and
// exit codes. By hand: `node test/build/compare.ts OUR.sock DOCKERD.sock [NAME…]`; both need busybox:test (it is loaded).
import { execFileSync } from 'node:child_process';
import { busyboxArchive } from '../engine/harness.ts';
import { buildCase, judge, sorted, type CaseResult } from './build-case.ts';
import { CONFIG_CASES } from './corpus/config.ts';
import { COPY_CASES } from './corpus/copy.ts';
import { NASTY_CASES } from './corpus/nasty.ts';
import { FAILING_CASES, RUN_CASES } from './corpus/run.ts';

const [ours, theirs, ...names] = process.argv.slice(2);
if (ours === undefined || theirs === undefined) throw new Error('usage: compare.ts OUR.sock DOCKERD.sock [NAME…]');
const archive = busyboxArchive();
for (const socket of [ours, theirs]) execFileSync('docker', ['-H', `unix://${socket}`, 'load', '-i', archive]);

/** What dockerd's classic builder writes besides the configuration proper. */
const NOISE = ['Hostname', 'Domainname', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin', 'StdinOnce', 'Image'];
const plain = (config: Record<string, unknown>) => sorted(Object.fromEntries(Object.entries(config).filter(([key, value]) => !NOISE.includes(key) && value !== null && value !== '' && sorted(value) !== '{}' && sorted(value) !== '[]')));
let failures = 0;
let compared = 0;
for (const corpusCase of [...CONFIG_CASES, ...COPY_CASES, ...RUN_CASES, ...NASTY_CASES, ...FAILING_CASES]) {
  if (names.length > 0 && !names.includes(corpusCase.name)) continue;
  const own = buildCase(ours, corpusCase);
  const problems = judge(corpusCase, own).map((text) => `ours: ${text}`);
  if (corpusCase.docker20 !== false) {
    const peer = buildCase(theirs, corpusCase);
    compared++;
    problems.push(...judge(corpusCase, peer).map((text) => `dockerd: ${text}`), ...differences(own, peer));
  }
  failures += problems.length > 0 ? 1 : 0;
  process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${corpusCase.name}\n${problems.map((text) => `       ${text}\n`).join('')}`);
}
process.stdout.write(`${failures} failing, ${compared} compared with dockerd\n`);
process.exit(failures === 0 ? 0 : 1);

function differences(own: CaseResult, peer: CaseResult): string[] {
  if (own.code !== peer.code) return [`exit code ${own.code}, dockerd's ${peer.code}: ${peer.output.slice(-300)}`];
  if (!own.image || !peer.image) return [];
  const found: string[] = [];
  if (plain(own.image.config) !== plain(peer.image.config)) found.push(`config ${plain(own.image.config)}\n       dockerd ${plain(peer.image.config)}`);
  for (const path of new Set([...own.image.tree.keys(), ...peer.image.tree.keys()])) {
    const [a, b] = [own.image.tree.get(path), peer.image.tree.get(path)];
    if (a !== b) found.push(`${path}: ${JSON.stringify(a)?.slice(0, 200)} dockerd ${JSON.stringify(b)?.slice(0, 200)}`);
  }
  return found;
}
