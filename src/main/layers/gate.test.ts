import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LayersReport } from '../../engine/layers/report.ts';
import { ociArchive, ociEntries, oldDockerArchive, type MadeImage } from '../../../test/layers/archives.ts';
import { globalHeader, makeTar } from '../../../test/layers/oracle.ts';
import { runGate } from './gate.ts';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'layers-gate-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = randomBytes(1_000_000);
const layers = [
  makeTar([{ path: 'app', type: 'dir' }, { path: 'app/big', content: random }, { path: 'app/gone', content: 'x'.repeat(500_000) }, { path: 'root/.ssh/id_rsa', content: 'secret' }]),
  makeTar([{ path: 'app/big', content: random, mode: 0o755 }, { path: 'app/.wh.gone' }, { path: 'root/.ssh/.wh.id_rsa' }]),
];
const image: MadeImage = { name: 'demo:1', layers, instructions: ['COPY . /app # buildkit', 'ENV A=1', 'RUN /bin/sh -c chmod 755 /app/big && rm /app/gone # buildkit'] };

type Ran = { code: number; out: string; err: string; report: LayersReport & { rules?: unknown } };
const gate = (...argv: string[]): Promise<Ran> => gateWith([], argv);
async function gateWith(input: Buffer[], argv: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runGate({ argv, folder, sockets: [], input: Readable.from(input), out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err, report: (argv.includes('--json') && out !== '' ? JSON.parse(out) : {}) as LayersReport };
}
function write(name: string, data: Buffer): string {
  writeFileSync(join(folder, name), data);
  return name;
}

describe.each([
  ['docker save before 25', () => oldDockerArchive(image)],
  ['docker save since 25', () => ociArchive([image], { docker: true })],
  ['OCI layout without manifest.json', () => ociArchive([image])],
  ['OCI layout with gzip layers', () => ociArchive([{ ...image, compression: 'gzip' }])],
  ['OCI layout with zstd layers, nested index', () => ociArchive([{ ...image, compression: 'zstd', platform: { os: 'linux', architecture: 'arm64' } }], { nested: true })],
  ['gzipped archive', () => gzipSync(oldDockerArchive(image))],
  ['zstd archive', () => zstdCompressSync(ociArchive([image]))],
  ['layers with pax global headers', () => ociArchive([{ ...image, layers: layers.map((layer) => Buffer.concat([globalHeader('0123456789'), layer])) }])],
])('%s', (name, make) => {
  test('gives the same figures', async () => {
    const { code, report } = await gate(write(`${name.replaceAll(' ', '-')}.tar`, make()), '--json');
    expect(code).toBe(0);
    expect(report.layers.map((layer) => layer.instruction)).toEqual(['COPY . /app', 'RUN chmod 755 /app/big && rm /app/gone']);
    expect(report.layers.map((layer) => layer.files)).toEqual([
      { added: 3, content: 0, metadata: 0, type: 0, link: 0, removed: 0 },
      { added: 0, content: 0, metadata: 1, type: 0, link: 0, removed: 2 },
    ]);
    expect(report.totals).toMatchObject({ storedBytes: 2_500_006, visibleBytes: 1_000_000, reclaimableBytes: 1_500_006, metadataOnlyBytes: 1_000_000, deletedLaterBytes: 500_006, overwrittenBytes: 0 });
    expect(report.waste[0]).toEqual({ path: '/app/big', layer: 0, hiddenBy: 1, cause: 'metadataOnly', bytes: 1_000_000 });
    expect(report.waste.reduce((sum, item) => sum + item.bytes, 0)).toBe(report.totals.reclaimableBytes);
    expect(report.history.map((step) => step.layer)).toEqual([0, undefined, 1]);
    expect(report.advice[0]).toMatchObject({ kind: 'secret', severity: 'critical', layers: [0, 1], paths: ['/root/.ssh/id_rsa'] });
    expect(report.advice.find((item) => item.kind === 'chmod')?.diff).toContain('+COPY --chmod=755 . /app');
    expect(report.layers.some((layer) => layer.error)).toBe(false);
  });
});

test('a folder in OCI layout', async () => {
  for (const entry of ociEntries([{ ...image, compression: 'gzip' }])) {
    const path = join(folder, 'layout', entry.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, entry.content ?? '');
  }
  const { code, report } = await gate('layout', '--json');
  expect(code).toBe(0);
  expect(report.totals.storedBytes).toBe(2_500_006);
});

test('standard input', async () => {
  const archive = gzipSync(ociArchive([image]));
  expect(await gateWith([archive.subarray(0, 9), archive.subarray(9)], ['-', '--json'])).toMatchObject({ code: 0, err: '', report: { totals: { storedBytes: 2_500_006 } } });
  expect((await gateWith([], ['-', '--json'])).code).toBe(2);
});

test('an archive from before Docker 1.10', async () => {
  const json = (id: string, parent: string | undefined, command: string) => ({ path: `${id}/json`, content: JSON.stringify({ id, parent, os: 'linux', architecture: 'amd64', container_config: { Cmd: ['/bin/sh', '-c', command] } }) });
  const old = makeTar([json('top', 'low', 'chmod'), { path: 'top/layer.tar', content: layers[1] as Buffer }, { path: 'low/layer.tar', content: layers[0] as Buffer }, json('low', undefined, '#(nop) COPY . /app'), { path: 'repositories', content: '{"demo":{"1":"top"}}' }]);
  const { code, report } = await gate(write('v1.tar', old), '--json', '--image', 'demo:1');
  expect([code, report.platform, report.layers.map((layer) => layer.instruction), report.totals.reclaimableBytes]).toEqual([0, 'linux/amd64', ['COPY . /app', 'RUN chmod'], 1_500_006]);
});

test.each([
  ['gzip in members', (layer: Buffer) => Buffer.concat([gzipSync(layer.subarray(0, 700)), gzipSync(layer.subarray(700))])],
  ['zstd in frames, some to skip', (layer: Buffer) => Buffer.concat([Buffer.from('502a4d180400000061626364', 'hex'), zstdCompressSync(layer.subarray(0, 700)), zstdCompressSync(layer.subarray(700))])],
])('a layer of %s', async (_title, pack) => {
  const entries = ociEntries([image]).map((entry) => ({ ...entry, content: Buffer.from(entry.content as Buffer) }));
  const renamed = new Map<string, string>();
  const packed = entries.map((entry) => {
    if (!layers.some((layer) => layer.equals(entry.content))) return entry;
    const content = pack(entry.content);
    const path = `blobs/sha256/${createHash('sha256').update(content).digest('hex')}`;
    renamed.set(entry.path.slice(13), path.slice(13));
    return { path, content };
  });
  const manifest = packed.find((entry) => entry.content.includes('"layers":')) as { content: Buffer };
  manifest.content = Buffer.from([...renamed].reduce((text, [from, to]) => text.replace(from, to), manifest.content.toString()));
  const { report } = await gate(write('members.tar', makeTar(packed)), '--json');
  expect([report.layers.map((layer) => layer.error), report.totals.storedBytes]).toEqual([[undefined, undefined], 2_500_006]);
});

test('one image of several, by name and by platform', async () => {
  const other = { ...image, name: 'other:2', layers: [makeTar([{ path: 'x', content: 'abc' }])], instructions: ['RUN x'] };
  const several = write('several.tar', ociArchive([image, other], { docker: true }));
  expect((await gate(several, '--json', '--image', 'other:2')).report.totals.storedBytes).toBe(3);
  const platforms = write('platforms.tar', ociArchive([{ ...image, platform: { os: 'linux', architecture: 'amd64' } }, { ...other, platform: { os: 'linux', architecture: 'arm64' } }], { nested: true }));
  expect((await gate(platforms, '--json', '--platform', 'linux/arm64')).report.totals.storedBytes).toBe(3);
  expect((await gate(platforms, '--json', '--platform', 'linux/s390x')).code).toBe(2);
});

describe('rules', () => {
  test('exit code 1 when one holds, 0 when none does', async () => {
    const archive = write('rules.tar', ociArchive([image]));
    expect((await gate(archive, '--json', '--fail-if', 'efficiency<0.9')).code).toBe(1);
    expect((await gate(archive, '--json', '--fail-if', 'efficiency<0.1')).code).toBe(0);
    expect((await gate(archive, '--fail-if', 'reclaimableBytes>2MB', '--fail-if', 'deletedLaterBytes > 400kB')).code).toBe(1);
    expect((await gate(archive, '--fail-if', 'efficiency below half')).code).toBe(2);
    expect((await gate(archive, '--fail-if', 'beauty<1')).code).toBe(2);
  });

  test.each([
    ['totals.reclaimableBytes>1MB', 1], ['reclaimableBytes>1.5MiB', 0], ['layers>2', 0], ['layers>=2', 1], ['layers.sizeBytes>1400kB', 1], ['layers[1].sizeBytes>1400kB', 0], ['layers[].files.removed>=2', 1],
    ['layers[0].files.added==3', 1], ['secrets>0', 1], ['userWastedPercent>90%', 1], ['layers[7].sizeBytes>0', 2], ['layers.beauty>0', 2],
  ])('%s: exit code %i', async (rule, code) => {
    expect((await gate(write('figures.tar', ociArchive([image])), '--fail-if', rule)).code).toBe(code);
  });

  test('a .dive-ci file in the folder counts by itself', async () => {
    const archive = write('dive.tar', ociArchive([image]));
    const ci = join(folder, '.dive-ci');
    try {
      writeFileSync(ci, 'rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: disabled\n');
      expect(await gate(archive, '--json')).toMatchObject({ code: 1, report: { rules: [{ rule: 'lowestEfficiency: 0.95', failed: true }, { rule: 'highestWastedBytes: 20MB', failed: false }] } });
      writeFileSync(ci, 'rules:\n  lowestEfficiency: 0.1\n  highestWastedBytes: 1MB\n');
      expect((await gate(archive)).code).toBe(1);
      writeFileSync(ci, 'rules:\n  highest-user-wasted-percent: "1.4"\n');
      expect((await gate(archive)).code).toBe(1); // the second layer stores 1 MB and hides 1.5 MB
      writeFileSync(ci, 'rules:\n  lowestEfficiency: many\n');
      expect((await gate(archive)).code).toBe(2);
      writeFileSync(ci, 'rules:\n  lowestEfficiency: 0.1\n');
      expect((await gate(archive)).code).toBe(0);
    } finally {
      rmSync(ci);
    }
  });
});

describe('bad input', () => {
  test('a corrupt layer is marked and the rest is shown', async () => {
    const compressed = gzipSync(layers[0] as Buffer);
    compressed.fill(0x55, compressed.length - 400_000, compressed.length - 300_000);
    const entries = ociEntries([{ ...image, compression: 'gzip' }]).map((entry) => ((entry.content as Buffer)?.length === compressed.length ? { ...entry, content: compressed } : entry));
    const { code, report } = await gate(write('corrupt.tar', makeTar(entries)), '--json');
    expect(code).toBe(0);
    expect(report.layers[0]?.error).toMatch(/damaged gzip data/);
    expect(report.layers[1]?.error).toBeUndefined();
    expect((await gate('corrupt.tar', '--json', '--fail-if', 'efficiency<0')).code).toBe(1);
  });

  test('a blob that is no layer, and entries that lead out of one, are told', async () => {
    const entries = ociEntries([image]).map((entry) => ((entry.content as Buffer).length === layers[1]?.length ? { ...entry, content: Buffer.from('BZh91AY&SY...') } : entry));
    expect((await gate(write('bzip2.tar', makeTar(entries)), '--json')).report.layers[1]?.error).toMatch(/compressed with bzip2/);
    const evil = { ...image, layers: [makeTar([{ path: '../x', content: 'x' }, { path: 'y', content: 'y' }])] };
    expect((await gate(write('out.tar', ociArchive([evil])), '--json')).report.layers[0]).toMatchObject({ sizeBytes: 1, error: expect.stringMatching(/^1 entry was left out/) });
  });

  test('a truncated archive shows what could be read', async () => {
    const whole = oldDockerArchive(image);
    const { code, report } = await gate(write('cut.tar', whole.subarray(0, 700_000)), '--json');
    expect(code).toBe(0);
    expect(report.layers).toHaveLength(1);
    expect(report.layers[0]?.error).toMatch(/archive ends inside "app\/big"/);
  });

  test('a layer that is not there is named', async () => {
    const entries = ociEntries([image]).filter((entry) => (entry.content as Buffer).length !== layers[1]?.length);
    const { report } = await gate(write('missing.tar', makeTar(entries)), '--json');
    expect(report.layers[1]?.error).toMatch(/not in the archive/);
    expect(report.totals.storedBytes).toBe(1_500_006);
  });

  test('a bomb is stopped', async () => {
    const bomb = gzipSync(Buffer.concat([makeTar([{ path: 'zeros', content: Buffer.alloc(30_000_000) }])]));
    const { createLayerReader } = await import('./layer-reader.ts');
    const reader = createLayerReader('gzip', { freeBytes: 1_000_000, ratio: 50, entries: 10 });
    for (let at = 0; at < bomb.length; at += 1000) reader.write(bomb.subarray(at, at + 1000));
    expect(reader.end().error).toMatch(/expands to more than 50 times/);
  });

  test.each([['not there', 'nowhere.tar'], ['no archive', 'text'], ['empty', 'empty'], ['a tar without image', 'plain.tar']])('%s: exit code 2', async (_title, name) => {
    write('text', Buffer.from('hello'.repeat(500)));
    write('empty', Buffer.alloc(0));
    write('plain.tar', makeTar([{ path: 'readme', content: 'hi' }]));
    const { code, err, out } = await gate(name, '--json');
    expect(code).toBe(2);
    expect(err).not.toBe('');
    expect(out).toBe('');
  });
});

test('the page holds no markup of the image', async () => {
  const evil = { ...image, layers: [makeTar([{ path: '<script>alert(1)', content: 'aa' }]), makeTar([{ path: '.wh.<script>alert(1)' }])], instructions: ['RUN echo "<img src=x onerror=alert(1)>"', 'RUN rm'] };
  await gate(write('evil.tar', ociArchive([evil])), '--html', 'page.html');
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toMatch(/<script|<img/);
});
