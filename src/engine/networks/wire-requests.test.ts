import { expect, test } from 'vitest';
import type { Endpoint, NetworkRecord } from './record.ts';
import { insideRequests, outsideRequests } from './wire-requests.ts';

const endpoint = (device: string, ipv4: string | null, ipv6: string | null): Endpoint => ({
  networkId: 'n', endpointId: 'e', device, hostDevice: 'veth1', mac: '02:42:0a:00:00:02', ipv4, ipv6, gateway4: null, gateway6: null, names: [],
});
const record = (options: Record<string, string>) => ({ device: 'br-n', options }) as unknown as NetworkRecord;

test('a namespace gets its loopback, its addresses and its way out, in this order', () => {
  const requests = insideRequests([endpoint('eth0', '10.0.0.2/24', 'fd00::2/64'), endpoint('eth1', '10.1.0.2/16', null)], [{ device: 'eth1', gateway: '10.1.0.1' }]);
  expect(requests.map(({ about }) => about)).toEqual([
    'link set dev lo up', 'addr add 10.0.0.2/24 dev eth0', 'addr add fd00::2/64 dev eth0', 'link set dev eth0 up', 'addr add 10.1.0.2/16 dev eth1', 'link set dev eth1 up', 'route add default via 10.1.0.1 dev eth1',
  ]);
  // struct ifaddrmsg for eth0 (index 2), then local, address and broadcast
  expect(requests[1]?.body.toString('hex')).toBe(['0218000002000000', '080002000a000002', '080001000a000002', '080004000a0000ff'].join(''));
  // struct rtmsg, then gateway and device 3
  expect(requests.at(-1)?.body.toString('hex')).toBe(['02000000fe03000100000000', '080005000a010001', '0800040003000000'].join(''));
});

test('ports of a network whose containers may not talk are isolated, and its MTU is that of both ends', () => {
  const place = { netnsFd: 9, bridgeIndex: 4 };
  const [made, , port] = outsideRequests(endpoint('eth0', null, null), record({ 'com.docker.network.driver.mtu': '1400', 'com.docker.network.bridge.enable_icc': 'false' }), 0, place);
  expect(made?.body.toString('hex').match(/0800040078050000/g)).toHaveLength(2);
  expect(port?.body.includes(Buffer.from([5, 0, 33, 0, 1]))).toBe(true);
  expect(outsideRequests(endpoint('eth0', null, null), record({}), 0, place)[2]?.body.includes(Buffer.from([5, 0, 33, 0]))).toBe(false);
});
