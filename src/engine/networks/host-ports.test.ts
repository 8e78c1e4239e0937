import { expect, test } from 'vitest';
import { parseSockets } from './host-ports.ts';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 000080FE00000000FF005450B6AD1DFE:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0
`;

test('only listening TCP sockets occupy a port', () => {
  expect(parseSockets(TCP, 'tcp')).toEqual([{ protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8080, inode: '4711' }]);
});
test('any UDP socket does', () => expect(parseSockets(TCP, 'udp')).toHaveLength(2));
test('IPv6 addresses are words in host byte order', () => {
  expect(parseSockets(TCP6, 'tcp')).toEqual([{ protocol: 'tcp', hostIp: 'fe80::5054:ff:fe1d:adb6', hostPort: 80, inode: '99' }]);
});
