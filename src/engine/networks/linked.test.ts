import { expect, test } from 'vitest';
import { linkVariables } from './linked.ts';

test('a linked container is known by its ports, its name and its environment', () => {
  expect(linkVariables('/web/my-db', '172.17.0.2', [{ protocol: 'udp', port: 53 }, { protocol: 'tcp', port: 90 }, { protocol: 'tcp', port: 80 }], ['PATH=/bin', 'USER=a=b', 'HOME=/root', 'bare'])).toEqual([
    'MY_DB_PORT=tcp://172.17.0.2:80',
    'MY_DB_PORT_80_TCP=tcp://172.17.0.2:80', 'MY_DB_PORT_80_TCP_ADDR=172.17.0.2', 'MY_DB_PORT_80_TCP_PORT=80', 'MY_DB_PORT_80_TCP_PROTO=tcp',
    'MY_DB_PORT_90_TCP=tcp://172.17.0.2:90', 'MY_DB_PORT_90_TCP_ADDR=172.17.0.2', 'MY_DB_PORT_90_TCP_PORT=90', 'MY_DB_PORT_90_TCP_PROTO=tcp',
    'MY_DB_PORT_53_UDP=udp://172.17.0.2:53', 'MY_DB_PORT_53_UDP_ADDR=172.17.0.2', 'MY_DB_PORT_53_UDP_PORT=53', 'MY_DB_PORT_53_UDP_PROTO=udp',
    'MY_DB_NAME=/web/my-db', 'MY_DB_ENV_USER=a=b',
  ]);
});
