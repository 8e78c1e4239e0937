import { expect, test } from 'vitest';
import type { DockerEvent } from '../contract/system.ts';
import { subjectsOf } from './live.ts';

const event = (Type: string, Action: string, ID: string, Attributes: Record<string, string> = {}) => ({ Type, Action, Actor: { ID, Attributes } }) as DockerEvent;

test.each<[DockerEvent, string[]]>([
  [event('container', 'start', 'c1'), ['containers c1']],
  [event('container', 'destroy', 'c1'), ['containers c1 gone']],
  [event('container', 'exec_start: sh', 'c1'), []],
  [event('network', 'connect', 'n1', { container: 'c1' }), ['networks n1', 'containers c1']],
  [event('network', 'disconnect', 'n1', { container: 'c1' }), ['networks n1', 'containers c1']],
  [event('network', 'destroy', 'n1'), ['networks n1 gone']],
  [event('image', 'push', 'box:1'), []],
])('%j', (given, wanted) => expect(subjectsOf(given).map(({ kind, id, gone }) => `${kind} ${id}${gone ? ' gone' : ''}`)).toEqual(wanted));
