import { expect, test } from 'vitest';
import { readArguments } from '../src/main/arguments.ts';
import { appFlags, readFlags, usage } from './flags.mjs';

test('flags for the application are handed on as they came', () => {
  expect(readFlags(['--shell=browser', '--port=0', '--no-open', '--profile=/tmp/a b'])).toEqual({
    shell: 'browser', offline: false, help: false, app: ['--port=0', '--no-open', '--profile=/tmp/a b'],
  });
});

test.each([
  ['--colour', 'unknown flag: --colour'],
  ['window', 'unknown flag: window'],
  ['--constructor', 'unknown flag: --constructor'],
  ['--port', '--port needs a value: --port=N'],
  ['--port=http', '--port needs a value: --port=N'],
  ['--port=70000', 'no such port: 70000 (0 to 65535)'],
  ['--no-open=1', '--no-open takes no value'],
  ['--shell=tk', '--shell needs a value: --shell=auto|electron|browser'],
])('%s is refused with one sentence', (word, problem) => {
  expect(readFlags([word])).toEqual({ problem });
});

test('the usage text names every flag', () => {
  for (const name of ['shell', 'port', 'no-open', 'engine', 'profile', 'offline', 'help']) expect(usage()).toContain(`--${name}`);
});

test('the application knows every flag that is handed on to it', () => {
  const machine = { env: {}, uid: 0, platform: 'linux', daemon: [] };
  expect(readArguments({ ...machine, argv: appFlags }).profilePath).toBe('1');
  expect(() => readArguments({ ...machine, argv: ['--colour'] })).toThrow();
});
