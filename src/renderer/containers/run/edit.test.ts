import { expect, test } from 'vitest';
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import { bodyFrom, differences, liveUpdate } from './edit.ts';
import { bodyOf, valuesOf } from './fields.ts';

const detail = {
  Id: 'abcdef0123456789', Name: '/web',
  Config: { Hostname: 'abcdef012345', User: '', Env: ['PATH=/bin', 'A=1'], Cmd: ['sh'], Entrypoint: null, Image: 'img', WorkingDir: '', Tty: false, Labels: { from: 'image', own: 'x' } },
  HostConfig: { Memory: 1024 ** 2 * 64, NetworkMode: 'shop', RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
  NetworkSettings: { Networks: { shop: { Aliases: ['web'] } } },
} as unknown as ContainerDetail;
const image = { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { from: 'image' } };

test('what the image gives is left to the image', () => {
  const body = bodyFrom(detail, image);
  expect(body).toMatchObject({ Image: 'img', Env: ['A=1'], Labels: { own: 'x' }, HostConfig: { Memory: 67108864 } });
  expect(body).not.toHaveProperty('Cmd');
  expect(body).not.toHaveProperty('Hostname');
});

test('without an edit nothing differs', () => {
  const before = valuesOf(bodyFrom(detail, image));
  expect(differences(before, valuesOf(bodyOf(before, bodyFrom(detail, image))))).toEqual([]);
});

test('limits and restart policy change live, anything else needs a new container', () => {
  const before = valuesOf(bodyFrom(detail, image));
  expect(liveUpdate(differences(before, { ...before, memory: '128m', restart: 'no' }))).toEqual({ Memory: 134217728, MemorySwap: -1, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } });
  expect(liveUpdate(differences(before, { ...before, memory: '128m', env: ['A=2'] }))).toBeUndefined();
  expect(liveUpdate(differences(before, { ...before, memory: '' }))).toBeUndefined();
});
