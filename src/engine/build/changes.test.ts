import { expect, test } from 'vitest';
import { applyChanges } from './changes.ts';

const from = { Env: ['PATH=/bin', 'HOME=/root'] };

test.each([
  ['ENV PATH=/usr/bin:$PATH A="x y" B=${C:-z}', { Env: ['PATH=/usr/bin:/bin', 'HOME=/root', 'A=x y', 'B=z'] }],
  ['ENV KEY some $HOME text', { Env: ['PATH=/bin', 'HOME=/root', 'KEY=some /root text'] }],
  [String.raw`LABEL a='$HOME' b=\$HOME`, { Labels: { a: '$HOME', b: '$HOME' } }],
  ['WORKDIR $HOME/x', { WorkingDir: '/root/x' }],
  ['EXPOSE 80 53/udp 8000-8001', { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } }],
  ['CMD echo $HOME', { Cmd: ['/bin/sh', '-c', 'echo $HOME'] }],
])('%s', (change, result) => {
  expect(applyChanges(from, [change])).toEqual({ ...from, ...result });
});

test.each([['FROM x', 'FROM is not a valid change command'], ['ENV', 'ENV requires at least one argument'], ['LABEL a=1 b', 'can\'t find = in "b"']])('%s is refused', (change, message) => {
  expect(() => applyChanges(from, [change])).toThrow(message);
});
