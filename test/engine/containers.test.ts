// The life of a container through the docker CLI against a real engine: run, exec, attach, logs, errors.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const image = 'busybox:test';
const none = ['--network', 'none'];

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive(image));
});
afterAll(async () => engine?.[Symbol.asyncDispose]());

const inspect = async (name: string) => (await engine.api<{ Id: string; State: { Status: string; ExitCode: number; OOMKilled: boolean; Pid: number; Error: string }; RestartCount: number }>('GET', `/containers/${name}/json`)).json;
/** stdin in, stdout out, as bytes */
function pipe(args: string[], input: Buffer): Buffer {
  return execFileSync('docker', ['-H', `unix://${engine.socketPath}`, ...args], { input, maxBuffer: 64 << 20, timeout: 30_000 });
}

describe('run', () => {
  test('prints what the command prints, to both streams, and has its exit code', async () => {
    const { code, stdout, stderr } = await engine.docker('run', '--rm', ...none, image, 'sh', '-c', 'echo out; echo err >&2; exit 7');
    expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  test('output without a newline stays without one', async () => {
    expect((await engine.docker('run', '--rm', ...none, image, 'printf', 'no newline')).stdout).toBe('no newline');
  });

  test('binary input comes back unharmed, and the end of the input ends the command', () => {
    const bytes = randomBytes(2_000_000);
    expect(pipe(['run', '--rm', '-i', ...none, image, 'cat'], bytes).equals(bytes)).toBe(true);
  });

  test('user, environment, folder, host name, labels', async () => {
    const out = await engine.dockerOk('run', '--rm', ...none, '-u', 'nobody', '-e', 'A=b c', '-w', '/tmp', '--hostname', 'box', image, 'sh', '-c', 'id -u; echo $A; pwd; hostname');
    expect(out.split('\n')).toEqual(['65534', 'b c', '/tmp', 'box']);
  });

  test.each([
    [['nosuch'], 127, 'executable file not found in $PATH'],
    [['/etc/passwd'], 126, 'permission denied'],
    [['/etc'], 126, 'is a directory'],
  ])('%s cannot be started: exit code %i', async (command, code, message) => {
    const result = await engine.docker('run', '--rm', ...none, image, ...command);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
    expect(await engine.dockerOk('ps', '-aq')).toBe('');
  });

  test('a terminal is one, and has a size', async () => {
    const { status, json } = await engine.api<{ Id: string }>('POST', '/containers/create', { Image: image, Cmd: ['sh', '-c', 'sleep 0.3; tty; stty size'], Tty: true, HostConfig: { NetworkMode: 'none', ConsoleSize: [33, 99] } });
    expect(status).toBe(201);
    await engine.dockerOk('start', json.Id);
    await engine.api('POST', `/containers/${json.Id}/resize?h=40&w=120`);
    await engine.dockerOk('wait', json.Id);
    const { stdout } = await engine.docker('logs', json.Id);
    expect(stdout).toContain('/dev/');
    expect(stdout).toContain('40 120');
    await engine.dockerOk('rm', json.Id);
  });

  test('read-only root, tmpfs, shm size, init', async () => {
    const out = await engine.docker('run', '--rm', ...none, '--read-only', '--tmpfs', '/scratch:size=1m', '--shm-size', '2m', '--init', image, 'sh', '-c', 'touch /x; touch /scratch/x && df -k /dev/shm | tail -1; ps | grep -c docker-init; echo lost > /etc/hostname');
    expect(out.stderr).toMatch(/\/x: Read-only file system[^]*\/etc\/hostname: Read-only file system/);
    expect(out.stdout).toMatch(/2048/);
  });
});

describe('exec', () => {
  test('runs beside the main process with its own exit code, user, environment and streams', async () => {
    await engine.dockerOk('run', '-d', '--name', 'exec', ...none, image, 'sleep', '100');
    const { code, stdout, stderr } = await engine.docker('exec', '-u', '1000:1000', '-e', 'X=1', '-w', '/tmp', 'exec', 'sh', '-c', 'id -u; pwd; echo $X; echo again > /dev/stdout; echo err >&2; exit 5');
    expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: '1000\n/tmp\n1\nagain\n', stderr: 'err\n' });
    const bytes = randomBytes(1_000_000);
    expect(pipe(['exec', '-i', 'exec', 'cat'], bytes).equals(bytes)).toBe(true);
    for (const [command, exitCode, words] of [['nosuch', 127, 'exec: "nosuch": executable file not found in $PATH'], ['/etc/passwd', 126, 'exec: "/etc/passwd": permission denied']] as const) {
      const refused = await engine.docker('exec', 'exec', command);
      expect(refused.code).toBe(exitCode);
      expect(refused.stdout).toContain(words);
    }
    expect((await engine.docker('exec', '-w', '/nowhere', 'exec', 'true'))).toMatchObject({ code: 126, stdout: expect.stringContaining('/nowhere') });
    expect((await engine.api('POST', '/containers/exec/exec', { Cmd: 'true' }))).toMatchObject({ status: 400 });
    expect((await engine.docker('exec', '-t', 'exec', 'tty')).stdout).toContain('/dev/pts/');
  });

  test('is refused while paused and when stopped', async () => {
    await engine.dockerOk('pause', 'exec');
    expect((await engine.docker('exec', 'exec', 'true')).stderr).toContain('is paused');
    expect((await inspect('exec')).State.Status).toBe('paused');
    await engine.dockerOk('unpause', 'exec');
    await engine.dockerOk('stop', '-t', '0', 'exec');
    expect((await engine.docker('exec', 'exec', 'true')).stderr).toContain('is not running');
    await engine.dockerOk('rm', 'exec');
  });
});

describe('bad input', () => {
  test.each<[string, string, unknown, number, string]>([
    ['unknown image', '/containers/create', { Image: 'nope', Cmd: ['x'] }, 404, 'No such image: nope:latest'],
    ['bad name', '/containers/create?name=a/b', { Image: image, Cmd: ['x'] }, 400, 'Invalid container name'],
    ['too little memory', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', Memory: 1024 } }, 400, 'Minimum memory limit allowed is 6MB'],
    ['too many CPUs', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', NanoCpus: 999e9 } }, 400, 'range of CPUs is from 0.01'],
    ['a link to nobody', '/containers/create', { Image: image, HostConfig: { Links: ['a:b'] } }, 400, 'could not get container for a'],
    ['an annotation that belongs to the engine', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', Annotations: { 'run.oci.seccomp_bpf_data': 'AA==' } } }, 400, 'reserved'],
    ['an unknown signal', '/containers/create', { Image: image, StopSignal: 'SIGNOPE', HostConfig: { NetworkMode: 'none' } }, 400, 'invalid signal'],
    ['an unknown capability', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', CapAdd: ['FLY'] } }, 400, 'unknown capability'],
    ['auto-remove with a restart policy', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', AutoRemove: true, RestartPolicy: { Name: 'always' } } }, 400, 'AutoRemove'],
    ['an unknown log driver', '/containers/create', { Image: image, HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'carrier-pigeon' } } }, 400, 'log driver'],
  ])('%s', async (_, path, body, status, message) => {
    const answer = await engine.api('POST', path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(message);
    expect(readdirSync(join(engine.dataRoot, 'containers'))).toEqual([]);
  });

  test('a used name, also after a rename', async () => {
    await engine.dockerOk('create', '--name', 'first', ...none, image);
    const again = await engine.docker('create', '--name', 'first', ...none, image);
    expect(again.stderr).toContain('The container name "/first" is already in use by container');
    await engine.dockerOk('rename', 'first', 'second');
    await engine.dockerOk('create', '--name', 'first', ...none, image);
    expect((await engine.docker('rename', 'first', 'second')).code).toBe(1);
    await engine.dockerOk('rm', 'first', 'second');
  });

  test('10,000 labels and a huge environment are carried', async () => {
    const Labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`label.${index}`, `value ${index}`]));
    const { json: { Id } } = await engine.api<{ Id: string }>('POST', '/containers/create', { Image: image, Cmd: ['sh', '-c', 'echo ${#BIG}'], Labels, Env: [`BIG=${'x'.repeat(100_000)}`], HostConfig: { NetworkMode: 'none' } });
    expect(await engine.dockerOk('start', '-a', Id)).toBe('100000');
    expect(await engine.dockerOk('ps', '-aq', '--filter', 'label=label.9999=value 9999')).toBe(Id.slice(0, 12));
    await engine.dockerOk('rm', Id);
  });
});

describe('as docker does', () => {
  test('the limit of processes is taken away by -1 and set again', async () => {
    await engine.dockerOk('run', '-d', '--name', 'limited', ...none, '--pids-limit', '50', image, 'sleep', '100');
    await engine.dockerOk('update', '--pids-limit', '-1', 'limited');
    expect((await engine.api<{ HostConfig: { PidsLimit: number } }>('GET', '/containers/limited/json')).json.HostConfig.PidsLimit).toBe(0);
    await engine.dockerOk('update', '--pids-limit', '500', 'limited');
    expect((await engine.api<{ HostConfig: { PidsLimit: number } }>('GET', '/containers/limited/json')).json.HostConfig.PidsLimit).toBe(500);
    await engine.dockerOk('rm', '-f', 'limited');
  });

  test('a detached exec that cannot start is an error, and a failed start explains itself', async () => {
    await engine.dockerOk('run', '-d', '--name', 'box', ...none, image, 'sleep', '100');
    const detached = await engine.docker('exec', '-d', 'box', 'nosuch');
    expect(detached.code).not.toBe(0);
    expect(detached.stderr).toContain('executable file not found');
    expect((await engine.docker('cp', '/etc/hostname', 'box:/bin/busybox/x')).code).not.toBe(0);
    await engine.dockerOk('rm', '-f', 'box');
    const start = await engine.docker('run', '--rm', ...none, '-v', '/etc/hostname:/bin', image, 'true');
    expect([start.code, start.stderr]).toEqual([125, expect.stringContaining('Are you trying to mount a directory onto a file')]);
  });

  test('a health check that takes too long is ended, with its process', async () => {
    await engine.dockerOk('run', '-d', '--name', 'slow', ...none, '--health-cmd', 'exec sleep 77', '--health-interval', '200ms', '--health-timeout', '300ms', '--health-retries', '1', image, 'sleep', '100');
    const health = async () => (await engine.api<{ State: { Health: { Status: string; Log: { Output: string }[] } } }>('GET', '/containers/slow/json')).json.State.Health;
    await expect.poll(async () => (await health()).Status, { timeout: 10_000 }).toBe('unhealthy');
    expect((await health()).Log[0]?.Output).toContain('exceeded timeout');
    await expect.poll(async () => (await engine.dockerOk('top', 'slow')).split('sleep 77').length - 1, { timeout: 10_000 }).toBeLessThan(2);
    await engine.dockerOk('rm', '-f', 'slow');
  });

  test('events of a life come in docker\'s order', async () => {
    const since = Date.now() / 1000;
    await engine.dockerOk('run', '-d', '--name', 'life', ...none, image, 'sleep', '100');
    await engine.dockerOk('exec', 'life', 'true');
    await engine.dockerOk('stop', '-t', '0', 'life');
    await engine.dockerOk('rm', 'life');
    const { body } = await engine.api('GET', `/events?since=${since}&until=${Date.now() / 1000 + 0.01}`);
    const actions = body.trim().split('\n').map((line) => JSON.parse(line) as { Type: string; Action: string }).map(({ Type, Action }) => `${Type} ${Action}`);
    expect(actions).toEqual([
      'container create', 'network connect', 'container start', 'container exec_create: true ', 'container exec_start: true ', 'container exec_die',
      'container kill', 'container kill', 'container die', 'network disconnect', 'container stop', 'container destroy',
    ]);
  });
});

describe('logs', () => {
  test('a line of 10 MB and output that is no UTF-8 survive', async () => {
    await engine.dockerOk('run', '--name', 'long', ...none, image, 'sh', '-c', 'head -c 10485760 /dev/zero | tr "\\0" a; echo; printf "\\377\\376\\n"');
    const bytes = pipe(['logs', 'long'], Buffer.alloc(0));
    expect(bytes.length).toBe(10_485_760 + 1 + 3);
    expect([...bytes.subarray(-3)]).toEqual([0xff, 0xfe, 10]);
    await engine.dockerOk('rm', 'long');
  });

  test('tail, timestamps, since, one stream', async () => {
    await engine.dockerOk('run', '--name', 'lines', ...none, image, 'sh', '-c', 'for i in 1 2 3 4 5; do echo line $i; done; echo late >&2');
    expect((await engine.docker('logs', '--tail', '3', 'lines')).stdout).toBe('line 4\nline 5\n');
    expect((await engine.docker('logs', '-t', '--tail', '2', 'lines')).stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 5\n$/);
    expect((await engine.docker('logs', '--since', '2099-01-01T00:00:00Z', 'lines')).stdout).toBe('');
    await engine.dockerOk('rm', 'lines');
  });

  test('follow ends with the container and misses nothing across rotation', async () => {
    const { json: { Id } } = await engine.api<{ Id: string }>('POST', '/containers/create', {
      Image: image, Cmd: ['sh', '-c', 'i=0; while [ $i -lt 20000 ]; do echo "line $i of many lines that fill a small log file quickly"; i=$((i+1)); done'],
      HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: { 'max-size': '200k', 'max-file': '2' } } },
    });
    const follower = spawn('docker', ['-H', `unix://${engine.socketPath}`, 'start', '-a', Id]);
    let out = '';
    follower.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    await new Promise((ended) => follower.on('close', ended));
    expect(out.split('\n').length - 1).toBe(20_000);
    expect(out.endsWith('line 19999 of many lines that fill a small log file quickly\n')).toBe(true);
    expect(existsSync(join(engine.dataRoot, 'containers', Id, 'log.2'))).toBe(false);
    await engine.dockerOk('rm', Id);
  });
});

test('nothing is left when all containers are removed', async () => {
  expect(await engine.dockerOk('ps', '-aq')).toBe('');
  expect(engine.leftovers()).toEqual([]);
  for (const folder of ['containers', 'exits', 'attach', 'crun', 'steps']) if (existsSync(join(engine.runRoot, folder))) expect(readdirSync(join(engine.runRoot, folder))).toEqual([]);
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(engine.runRoot);
});
