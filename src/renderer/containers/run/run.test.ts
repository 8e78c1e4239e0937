import { expect, test } from 'vitest';
import { commandLine, parseCommandLine } from './command-line.ts';
import { checkPort } from './fields-host.ts';
import { bodyOf, emptyValues, FIELDS, problemsOf, valuesOf } from './fields.ts';
import { bytesOf, durationText, nanosOf, sizeText } from './values.ts';

const LINE = `docker run -d --name web -e A=1 -e 'B=two words' -w /srv -u 1000:1000 -l team=a -t -i --stop-timeout 30 --health-cmd 'curl -f localhost' --health-interval 30s -p 8080:80 -p 127.0.0.1:53:53/udp -v data:/data:ro --restart on-failure:5 --network shop --add-host db:10.0.0.5 --mount type=bind,source=/srv,target=/srv,readonly --tmpfs /run:size=64m -m 512m --cpus 1.5 --ulimit nofile=1024:2048 --cap-add NET_ADMIN --device /dev/fuse:/dev/fuse:rwm nginx:1.27 nginx -g 'daemon off;'`;

test('a line that is imported and printed again is the same line', () => {
  const { values, unknown } = parseCommandLine(LINE);
  expect(unknown).toEqual([]);
  expect(commandLine(values)).toBe(LINE);
});

test('the create body of that line is what the docker CLI sends', () => {
  expect(bodyOf(parseCommandLine(LINE).values)).toMatchObject({
    Image: 'nginx:1.27', Cmd: ['nginx', '-g', 'daemon off;'], Env: ['A=1', 'B=two words'], WorkingDir: '/srv', User: '1000:1000', Labels: { team: 'a' }, Tty: true, OpenStdin: true, StopTimeout: 30,
    Healthcheck: { Test: ['CMD-SHELL', 'curl -f localhost'], Interval: 30e9 },
    ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    HostConfig: {
      PortBindings: { '80/tcp': [{ HostPort: '8080' }], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '53' }] }, Binds: ['data:/data:ro'], RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 5 }, NetworkMode: 'shop', ExtraHosts: ['db:10.0.0.5'],
      Mounts: [{ Type: 'bind', Source: '/srv', Target: '/srv', ReadOnly: true }], Tmpfs: { '/run': 'size=64m' }, Memory: 512 * 1024 ** 2, NanoCpus: 1.5e9, Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }], CapAdd: ['NET_ADMIN'],
      Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
    },
  });
});

test('the form of a body gives the same body again', () => {
  const body = bodyOf(parseCommandLine(LINE).values);
  expect(bodyOf({ ...valuesOf(body) }, body)).toEqual(body);
});

test('what the form does not know stays in an edited body', () => {
  const body = { Image: 'a', MacAddress: '02:00:00:00:00:01', HostConfig: { CpuRealtimePeriod: 7 } };
  expect(bodyOf(valuesOf(body), body)).toEqual(body);
});

test('an empty form is an empty body', () => {
  expect(bodyOf(emptyValues())).toEqual({ HostConfig: {} });
});

test.each([
  ['docker run -it --rm busybox', { interactive: true, tty: true, autoRemove: true, image: 'busybox' }],
  ['sudo docker container run -p8080:80 -eX=1 --net=host --tty=false a b -c d', { ports: ['8080:80'], env: ['X=1'], network: 'host', tty: false, image: 'a', command: 'b -c d' }],
  ['podman run \\\n  --name x \\\n  img', { name: 'x', image: 'img' }],
  ['docker run --entrypoint sh img -c "echo hi"', { entrypoint: 'sh', command: "-c 'echo hi'" }],
])('%s is understood', (line, wanted) => {
  expect(parseCommandLine(line).values).toMatchObject(wanted);
});

test('flags that the form does not have are named, not lost in silence', () => {
  expect(parseCommandLine('docker run --gpus all --kernel-memory=1g img').unknown).toEqual(['--gpus', '--kernel-memory']);
});

test.each(['ls', 'docker ps', 'docker run -d', ''])('%j is refused', (line) => {
  expect(() => parseCommandLine(line)).toThrow();
});

test.each([['80', undefined], ['8080:80', undefined], ['0.0.0.0:8080:80/udp', undefined], ['[::1]:1:2', undefined], ['1000-1002:2000-2002', undefined], ['99999:80', 'portRange'], ['1-3:1-2', 'portLength'], ['abc', 'port']])('port %s: %s', (line, problem) => {
  expect(checkPort(line)).toBe(problem);
});

test('each field with a problem is named', () => {
  expect(problemsOf({ ...emptyValues(), name: '-x', memory: 'lots', env: ['A=1', '=2'], workingDir: 'srv', volumes: ['data'] })).toEqual({ name: 'name', memory: 'size', env: 'pair', workingDir: 'absolute', volumes: 'volume' });
});

test('no flag stands for two fields', () => {
  const flags = FIELDS.flatMap((field) => [field.flag, field.short ?? '']).filter(Boolean);
  expect(new Set(flags).size).toBe(flags.length);
});

test('sizes and durations', () => {
  expect(['512m', '1.5g', '2GiB', '10', 'x'].map(bytesOf)).toEqual([536870912, 1610612736, 2147483648, 10, undefined]);
  expect([536870912, 1000, 0].map(sizeText)).toEqual(['512m', '1000', '']);
  expect(['1m30s', '500ms', '2', 'soon'].map(nanosOf)).toEqual([90e9, 500e6, 2e9, undefined]);
  expect([90e9, 60e9, 500e6].map(durationText)).toEqual(['90s', '1m', '500ms']);
});
