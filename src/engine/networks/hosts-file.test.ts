import { expect, test } from 'vitest';
import { containerResolvConf, extraHosts, parseResolvConf, renderHosts, renderResolvConf } from './hosts-file.ts';

test('hosts begin with localhost and end with the container', () => {
  const text = renderHosts([...extraHosts(['db:10.0.0.5', 'up=host-gateway', 'six:[fd00::1]'], '172.17.0.1'), { address: '172.17.0.2', names: ['web', 'abc'] }]);
  expect(text.startsWith('127.0.0.1\tlocalhost\n')).toBe(true);
  expect(text.endsWith('10.0.0.5\tdb\n172.17.0.1\tup\nfd00::1\tsix\n172.17.0.2\tweb abc\n')).toBe(true);
});

test('resolv.conf is read and written', () => {
  const conf = parseResolvConf('# host\nnameserver 10.0.0.1\ndomain old\nsearch a b\noptions ndots:1\noptions edns0 ; x\n');
  expect(conf).toEqual({ nameservers: ['10.0.0.1'], search: ['a', 'b'], options: ['ndots:1', 'edns0'] });
  expect(renderResolvConf(conf)).toBe('nameserver 10.0.0.1\nsearch a b\noptions ndots:1 edns0\n');
});

test('loopback resolvers of the host are replaced, wishes win', () => {
  const host = parseResolvConf('nameserver 127.0.0.53\nnameserver ::1\nsearch lan\n');
  expect(containerResolvConf(host, {})).toEqual({ nameservers: ['8.8.8.8', '8.8.4.4'], search: ['lan'], options: [] });
  expect(containerResolvConf(host, { dns: ['1.1.1.1'], search: ['.'], options: ['ndots:0'] })).toEqual({ nameservers: ['1.1.1.1'], search: [], options: ['ndots:0'] });
});
