import type { EndpointSettings, NetworkCreateRequest } from '@docker/node-sdk';
import { expect, test } from 'vitest';
import { checkEndpointShape, checkNetworkShape } from './body-shape.ts';

test.each([
  [{ Name: 5 }, 'invalid Name: a string is needed'],
  [{ Name: 'a', Internal: 'yes' }, 'invalid Internal: true or false is needed'],
  [{ Name: 'a', IPAM: [] }, 'invalid IPAM: an object is needed'],
  [{ Name: 'a', IPAM: { Config: [{ Subnet: 10 }] } }, 'invalid IPAM.Config.Subnet: a string is needed'],
  [{ Name: 'a', IPAM: { Config: ['10.0.0.0/8'] } }, 'invalid IPAM.Config: an array of objects is needed'],
  [{ Name: 'a', Labels: { b: 1 } }, 'invalid Labels: an object of strings is needed'],
])('%j is refused', (body, message) => {
  expect(() => checkNetworkShape(body as unknown as NetworkCreateRequest)).toThrow(message);
});

test('an endpoint is checked down to its addresses', () => {
  expect(() => checkEndpointShape('EndpointConfig.', { IPAMConfig: { IPv4Address: 7 } } as unknown as EndpointSettings)).toThrow('invalid EndpointConfig.IPAMConfig.IPv4Address: a string is needed');
  expect(() => checkEndpointShape('', null)).not.toThrow();
});
