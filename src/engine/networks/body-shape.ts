// The types of the fields that network requests hold. Fields: Docker Engine API v1.47, NetworkCreateRequest, EndpointSettings.
import type { EndpointSettings, NetworkCreateRequest } from '@docker/node-sdk';
import { checkFields } from '../base/shape.ts';

/** @throws InvalidParameter naming the first field of a wrong type */
export function checkNetworkShape(body: NetworkCreateRequest): void {
  checkFields('', body, {
    string: 'Name Driver Scope', boolean: 'Internal Attachable Ingress ConfigOnly EnableIPv4 EnableIPv6', 'string map': 'Options Labels', object: 'IPAM ConfigFrom',
  });
  checkFields('ConfigFrom.', body.ConfigFrom, { string: 'Network' });
  checkFields('IPAM.', body.IPAM, { string: 'Driver', 'string map': 'Options', objects: 'Config' });
  for (const config of body.IPAM?.Config ?? []) checkFields('IPAM.Config.', config, { string: 'Subnet IPRange Gateway', 'string map': 'AuxiliaryAddresses' });
}

/** @throws InvalidParameter naming the first field of a wrong type */
export function checkEndpointShape(path: string, endpoint: EndpointSettings | null | undefined): void {
  checkFields(path, endpoint, { string: 'MacAddress', strings: 'Links Aliases', 'string map': 'DriverOpts', integer: 'GwPriority', object: 'IPAMConfig' });
  checkFields(`${path}IPAMConfig.`, endpoint?.IPAMConfig, { string: 'IPv4Address IPv6Address', strings: 'LinkLocalIPs' });
}
