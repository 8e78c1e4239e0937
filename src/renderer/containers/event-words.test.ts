import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import type { DockerEvent } from '../../main/contract/system.ts';
import english from '../i18n/en/container.ts';
import { causeWords, eventWords } from './event-words.ts';

const t = ((key: string, values: Record<string, string> = {}) => {
  const text = key.split(':')[0] === 'containers' ? key : key.replace('container:', '').split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], english);
  return typeof text === 'string' ? text.replaceAll(/{{(\w+)}}/g, (_all, name: string) => values[name] ?? '?') : (values['defaultValue'] ?? 'missing');
}) as unknown as TFunction;

test.each([
  ['exit 0', 'ended with 0'],
  ['exit 139 (signal 11)', 'ended with 139 by signal 11'],
  ['stop: killed after 10 s', 'stopped; killed after 10 s of grace'],
  ['killed by SIGKILL', 'killed by SIGKILL'],
  ['restart', 'containers:actions.restart'],
  ['start (while the engine was dead)', 'started; found running by a new engine'],
  ['something of a later engine', 'something of a later engine'],
])('the cause %j reads %j', (cause, words) => {
  expect(causeWords(cause, t)).toBe(words);
});

test.each([
  ['health_status: unhealthy', 'Unhealthy', ''],
  ['exec_create: /bin/sh -c true: x', 'command prepared', '/bin/sh -c true: x'],
  ['die', 'ended', ''],
  ['mystery', 'mystery', ''],
])('the event %j reads %j', (Action, name, detail) => {
  expect(eventWords({ Action } as DockerEvent, t)).toEqual({ name, detail });
});
