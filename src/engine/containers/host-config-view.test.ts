import { expect, test } from 'vitest';
import { viewHostConfig } from './host-config-view.ts';

test('fields the create left out are there, those it gave are kept, and a binding has an address', () => {
  const shown = viewHostConfig({ BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1 }], PortBindings: { '80/tcp': [{ HostPort: '8080' }] } }, [1, 47]);
  expect(shown).toMatchObject({ DeviceRequests: null, BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1 }], PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } });
  expect(shown).not.toHaveProperty('KernelMemory');
});

test('clients older than 1.42 are shown the limits of kernel memory', () => {
  expect(viewHostConfig({}, [1, 41])).toHaveProperty('KernelMemory', 0);
});
