import { expect, test } from 'vitest';
import { makeLayer, type MadeEntry } from '../../../test/layers/oracle.ts';
import { adviseOn } from './advice.ts';
import { stepsOf } from './report-instruction.ts';
import { measureImage } from './tree-totals.ts';
import { stackLayers } from './tree.ts';

const data = (bytes: number, fill = 'x') => Buffer.alloc(bytes, fill);
function advise(...layers: [instruction: string, entries: MadeEntry[]][]) {
  const tree = stackLayers(layers.map(([, entries]) => makeLayer(entries)));
  const steps = stepsOf({ history: layers.map(([created_by]) => ({ created_by })) }, layers.length);
  return adviseOn({ tree, totals: measureImage(tree), steps, bases: [] });
}

test('a secret that a later layer removed comes first', () => {
  const [first, second] = advise(['COPY . /', [{ path: 'root/.ssh/id_ed25519', content: 'key' }, { path: 'big', content: data(1e6) }, { path: 'app/.env', content: 'A=1' }]], ['RUN rm', [{ path: 'root/.ssh/.wh.id_ed25519' }, { path: '.wh.big' }]]);
  expect(first).toMatchObject({ kind: 'secret', severity: 'critical', layers: [0, 1], paths: ['/root/.ssh/id_ed25519'] });
  expect([first, second].length).toBe(2);
});

test('public keys and certificates of the system are no secrets', () => {
  expect(advise(['RUN x', [{ path: 'etc/ssl/certs/server.pem', content: 'c' }, { path: 'usr/lib/python3/test/private.key', content: 'c' }, { path: 'root/.ssh/id_rsa.pub', content: 'c' }]])).toEqual([]);
});

test.each([
  ['var/lib/apt/lists/x_Packages', 'RUN apt-get update', 'apt', '/var/cache/apt'],
  ['root/.cache/pip/http/a', 'RUN pip install x', 'pip', '/root/.cache/pip'],
  ['home/me/.npm/_cacache/content/a', 'RUN npm ci', 'npm', '/root/.npm'],
])('the cache %s', (path, instruction, tool, mount) => {
  const [item] = advise([instruction, [{ path, content: data(500_000) }]]);
  expect(item).toMatchObject({ kind: 'package-cache', savedBytes: 500_000, layers: [0] });
  expect(item?.title).toContain(tool);
  expect(item?.diff).toContain(`+RUN --mount=type=cache,target=${mount} ${instruction.slice(4)} \\`);
});

test('files removed by a later RUN are removed in the RUN that makes them', () => {
  const [item] = advise(['RUN make', [{ path: 'tmp/objects', content: data(2e6) }]], ['RUN rm -r /tmp/objects', [{ path: 'tmp/.wh.objects' }]]);
  expect(item).toMatchObject({ kind: 'merge', savedBytes: 2e6, layers: [0, 1], diff: ['-RUN make', '-RUN rm -r /tmp/objects', '+RUN make \\', '+ && rm -r /tmp/objects'] });
});

test('chown after COPY becomes --chown', () => {
  const [item] = advise(['COPY app /app', [{ path: 'app', content: data(3e6) }]], ['RUN chown -R node:node /app', [{ path: 'app', content: data(3e6), uid: 1000 }]]);
  expect(item).toMatchObject({ kind: 'chown', savedBytes: 3e6, diff: ['-COPY app /app', '-RUN chown -R node:node /app', '+COPY --chown=node:node app /app'] });
});

test('build tools, development files and copies of one content', () => {
  const found = advise(
    ['RUN apt-get install -y gcc', [{ path: 'usr/lib/gcc/cc1', content: data(8e6) }, { path: 'usr/bin/x86_64-linux-gnu-gcc-12', content: data(1e6, 'g') }]],
    ['COPY . /src', [{ path: 'src/.git/pack', content: data(300_000, 'p') }, { path: 'src/a.pyc', content: data(1000, 'c') }, { path: 'src/one', content: data(4e6, 'd') }, { path: 'src/two', content: data(4e6, 'd') }]],
  );
  expect(found.map((item) => [item.kind, item.savedBytes])).toEqual([['build-tools', 9e6], ['duplicates', 4e6], ['dockerignore', 301_000]]);
  expect(found[2]?.diff.slice(2).sort()).toEqual(['+**/*.pyc', '+**/.git']);
});
