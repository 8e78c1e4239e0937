import { describe, expect, test } from 'vitest';
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

test.each(['deploy_key', 'srv/app/signing-key.txt', 'secret.txt', 'run/.token', 'root/password', 'opt/tls/site.key', 'opt/key.pem'])('%s is taken for a secret', (path) => {
  expect(advise(['COPY . /', [{ path, content: 'k' }]]).map((item) => item.kind)).toContain('secret');
});

test('public keys and certificates of the system are no secrets', () => {
  expect(advise(['RUN x', [{ path: 'etc/ssl/certs/server.pem', content: 'c' }, { path: 'usr/lib/python3/test/private.key', content: 'c' }, { path: 'root/.ssh/id_rsa.pub', content: 'c' }, { path: 'etc/apt/trusted.gpg.d/debian.key', content: 'c' }, { path: 'etc/pam.d/common-password', content: 'c' }, { path: 'opt/monkey', content: 'c' }, { path: 'opt/hotkey.js', content: 'c' }]])).toEqual([]);
});

test.each([
  ['var/lib/apt/lists/x_Packages', 'RUN apt-get update', 'apt', 'rm -rf /var/lib/apt/lists/* /var/cache/apt/*'],
  ['root/.cache/pip/http/a', 'RUN pip install x', 'pip', 'rm -rf /root/.cache/pip'],
  ['home/me/.npm/_cacache/content/a', 'RUN npm ci', 'npm', 'rm -rf /home/me/.npm/_cacache'],
])('the cache %s', (path, instruction, tool, clean) => {
  const [item] = advise([instruction, [{ path, content: data(500_000) }]]);
  expect(item).toMatchObject({ kind: 'package-cache', savedBytes: 500_000, layers: [0] });
  expect(item?.title).toContain(tool);
  expect(item?.diff).toEqual([`-${instruction}`, `+${instruction} \\`, `+ && ${clean}`]);
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

describe('changes of the Dockerfile', () => {
  const big = (path: string, over: Partial<MadeEntry> = {}): MadeEntry => ({ path, content: data(2e6), ...over });
  test.each<[title: string, steps: [string, MadeEntry[]][], diff: string[]]>([
    ['what stands between two RUNs stays there', [['RUN make', [big('o')]], ['COPY x /x', [{ path: 'x', content: 'x' }]], ['RUN --mount=type=cache,target=/c rm /o', [{ path: '.wh.o' }]]],
      ['-RUN make', '+RUN --mount=type=cache,target=/c make \\', '+ && rm /o', ' COPY x /x', '-RUN --mount=type=cache,target=/c rm /o']],
    ['a heredoc is not merged', [['RUN <<EOF\nmake\nEOF', [big('o')]], ['RUN rm /o', [{ path: '.wh.o' }]]], [' RUN <<EOF\nmake\nEOF', '-RUN rm /o', '+# do this in the instruction that writes the files']],
    ['a package that is copied, installed and removed is mounted', [['COPY p.deb /tmp/', [big('tmp/p.deb')]], ['RUN dpkg -i /tmp/p.deb && rm /tmp/p.deb', [{ path: 'tmp/.wh.p.deb' }]]],
      ['-COPY p.deb /tmp/', '-RUN dpkg -i /tmp/p.deb && rm /tmp/p.deb', '+RUN --mount=type=bind,source=p.deb,target=/tmp/p.deb dpkg -i /tmp/p.deb']],
    ['one file of many that is removed is ignored', [['COPY . /app', [big('app/test/data'), { path: 'app/a', content: 'a' }]], ['RUN rm -r /app/test', [{ path: 'app/.wh.test' }]]], ['--- .dockerignore', '+++ .dockerignore', '+test/data']],
    ['what else a chown does stays', [['COPY --link --chown=0:0 a /a', [big('a')]], ['RUN chown -R 7:7 /a && chmod 755 /a && make', [big('a', { uid: 7 })]]],
      ['-COPY --link --chown=0:0 a /a', '-RUN chown -R 7:7 /a && chmod 755 /a && make', '+COPY --chown=7:7 --chmod=755 --link a /a', '+RUN make']],
    ['a copy of which nothing is seen goes', [['COPY a /a', [big('a')]], ['COPY b /a', [{ path: 'a', content: data(2e6, 'y') }]]], ['-COPY a /a', ' COPY b /a']],
    ['a copy of which more is seen keeps the rest', [['COPY src /app', [big('app/a'), { path: 'app/b', content: 'b' }]], ['COPY a /app/a', [{ path: 'app/a', content: data(2e6, 'y') }]]], ['--- .dockerignore', '+++ .dockerignore', '+src/a']],
  ])('%s', (_title, steps, diff) => {
    expect(advise(...steps)[0]?.diff).toEqual(diff);
  });

  test('a secret in a copied folder is ignored, one of its own is mounted, one that was only given another mode is told once', () => {
    const secret = (path: string, over: Partial<MadeEntry> = {}): MadeEntry => ({ path, content: 'key', ...over });
    expect(advise(['COPY . /app', [secret('app/conf/.env')]])[0]?.diff.slice(0, 3)).toEqual(['--- .dockerignore', '+++ .dockerignore', '+conf/.env']);
    expect(advise(['COPY id_rsa /root/.ssh/', [secret('root/.ssh/id_rsa')]])[0]?.diff).toEqual(['-COPY id_rsa /root/.ssh/', '+RUN --mount=type=secret,id=id_rsa,target=/root/.ssh/id_rsa <the command that needs it>']);
    expect(advise(['COPY a /', [secret('root/.netrc')]], ['RUN chmod', [secret('root/.netrc', { mode: 0o600 })]]).filter((item) => item.kind === 'secret').map((item) => [item.severity, item.layers])).toEqual([['high', [1]]]);
    expect(advise(['RUN a', [secret('root/.netrc')]], ['RUN b', [secret('root/.netrc', { content: 'other' })]])[0]?.title).toMatch(/was replaced by layer 1/);
  });
});
