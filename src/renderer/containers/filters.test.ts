import { expect, test } from 'vitest';
import type { Container } from './container-actions.ts';
import { filterOf } from './filters.ts';

const item = (name: string, state: string, more: object = {}) => ({ key: name, host: { id: 'local', name: 'Local' }, row: { Id: name, Names: [`/${name}`], Image: 'nginx:1', Command: 'nginx', State: state, Status: 'Up (healthy)', Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }], Labels: { 'com.docker.compose.project': 'shop', team: 'a' }, ...more } }) as unknown as Container;
const items = [item('web', 'running'), item('db', 'exited', { Image: 'postgres', Status: 'Exited (0)', Ports: [], Labels: {} })];
const found = (text: string) => items.filter(filterOf(text)).map(({ key }) => key);

test.each([
  ['', ['web', 'db']],
  ['WEB', ['web']],
  ['state:exited', ['db']],
  ['health:healthy', ['web']],
  ['project:shop', ['web']],
  ['label:team=a', ['web']],
  ['label:team', ['web']],
  ['port:8080', ['web']],
  ['-image:nginx', ['db']],
  ['local -state:running', ['db']],
  ['state:', []],
])('%j finds %j', (text, names) => {
  expect(found(text)).toEqual(names);
});
