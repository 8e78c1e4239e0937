import { expect, test } from 'vitest';
import { createOptions, type CreateValues } from './create-options.ts';

const empty: CreateValues = { kind: 'plain', server: '', path: '', size: '', user: '', password: '', key: '', driver: '' };

test.each<[Partial<CreateValues>, ReturnType<typeof createOptions>]>([
  [{}, {}],
  [{ kind: 'tmpfs', size: '64m' }, { options: { type: 'tmpfs', device: 'tmpfs', o: 'size=64m' } }],
  [{ kind: 'bind', path: '/srv' }, { options: { type: 'none', o: 'bind', device: '/srv' } }],
  [{ kind: 'nfs', server: 'nas', path: 'export' }, { options: { type: 'nfs', o: 'addr=nas,rw', device: ':/export' } }],
  [{ kind: 'cifs', server: 'nas', path: '/share', user: 'me', password: 'x' }, { options: { type: 'cifs', o: 'addr=nas,username=me,password=x', device: '//nas/share' } }],
  [{ kind: 'encrypted', key: 'k' }, { options: { encryption: 'gocryptfs' }, key: 'k' }],
  [{ kind: 'plugin', driver: 'rclone' }, { driver: 'rclone' }],
])('%j', (values, wanted) => expect(createOptions({ ...empty, ...values })).toEqual(wanted));
