// Remote hosts over the contract.
import { InvalidParameter } from '../../engine/wire/errors.ts';
import type { ConfigEntry, TerminalEvent } from '../contract/remote.ts';
import type { DockerClient } from '../docker/client.ts';
import { listDockerContexts } from '../hosts/docker-contexts.ts';
import { diagnose } from '../hosts/doctor.ts';
import { diagnoseDirect } from '../hosts/doctor-direct.ts';
import { listSshConfigHosts } from '../hosts/ssh-config.ts';
import { uninstallEngine } from '../hosts/remote-engine-remove.ts';
import { installEngine, installPlan } from '../hosts/remote-engine.ts';
import { parseSshAddress } from '../hosts/ssh-target.ts';
import { migrateContainer } from '../hosts/transfer-container.ts';
import { copyImage } from '../hosts/transfer-image.ts';
import { copyVolume } from '../hosts/transfer-volume.ts';
import type { SshConnection } from '../hosts/ssh/connection.ts';
import { openSsh } from '../hosts/ssh/open.ts';
import { rpc } from './base.ts';
import { createChannel } from './channel.ts';
import type { RpcContext } from './context.ts';
import { openTerminals } from './remote-terminals.ts';

const terminals = openTerminals();

export const remoteRouter = rpc.remote.router({
  questions: rpc.remote.questions.handler(async function* ({ context: { remote }, signal }) {
    const changes = createChannel<true>({ signal, latestOnly: true });
    using _subscription = remote.desk.subscribe(() => changes.push(true));
    yield remote.desk.pending();
    for await (const _change of changes) yield remote.desk.pending();
  }),
  answer: rpc.remote.answer.handler(({ context, input }) => {
    const { accept, values, remember } = input.answer ?? {};
    context.remote.desk.answer(input.id, input.answer && {
      ...(accept === undefined ? {} : { accept }), ...(values === undefined ? {} : { values }), ...(remember === undefined ? {} : { remember }),
    });
  }),
  statuses: rpc.remote.statuses.handler(async function* ({ context: { remote }, signal }) {
    const changes = createChannel<true>({ signal, latestOnly: true });
    using _subscription = remote.subscribe(() => changes.push(true));
    yield remote.statuses();
    for await (const _change of changes) yield remote.statuses();
  }),
  parseAddress: rpc.remote.parseAddress.handler(({ input }) => {
    const { name, ...rest } = parseSshAddress(input.address);
    return { hostname: name, ...rest };
  }),
  configEntries: rpc.remote.configEntries.handler(async ({ context: { remote } }) => {
    const names = await listSshConfigHosts(remote.ssh.origin);
    return Promise.all(names.map((name) => configEntry(name, remote.ssh)));
  }),
  dockerContexts: rpc.remote.dockerContexts.handler(({ context }) => listDockerContexts(context.remote.home)),
  diagnose: rpc.remote.diagnose.handler(async function* ({ context, input, signal }) {
    const hostId = 'host' in input ? input.host : 'new';
    const config = 'host' in input ? context.hosts.config(input.host) : input.config;
    const limit = AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(DIAGNOSIS_MS)]);
    if (config.kind === 'local') throw new InvalidParameter('the local engine is this machine\'s own: there is no connection to examine');
    if (config.kind !== 'ssh') return yield* diagnoseDirect(config, limit);
    const { ssh } = context.remote;
    yield* diagnose({
      address: ssh.address(config),
      resolve: () => ssh.target(config),
      open: ssh.openOptions(hostId, limit),
      socketPath: config.socketPath,
    });
  }),
  terminal: {
    open: rpc.remote.terminal.open.handler(async function* ({ context, input, signal }): AsyncGenerator<TerminalEvent> {
      // Also where no engine answers: that is when one wants to look.
      await using over = await sshOf(context, input.host, signal);
      yield* terminals.open(await over.connection.shell({ columns: input.columns, rows: input.rows }, { signal }), signal);
    }),
    write: rpc.remote.terminal.write.handler(({ input }) => terminals.write(input.id, input.data)),
    resize: rpc.remote.terminal.resize.handler(({ input: { id, columns, rows } }) => terminals.resize(id, { columns, rows })),
  },
  copyImage: rpc.remote.copyImage.handler(async function* ({ context, input, signal }) {
    yield* copyImage(...await both(context, input, signal), input.reference, { signal });
  }),
  copyVolume: rpc.remote.copyVolume.handler(async function* ({ context, input, signal }) {
    yield* copyVolume(...await both(context, input, signal), input.volume, input.target, { signal });
  }),
  migrateContainer: rpc.remote.migrateContainer.handler(async function* ({ context, input, signal }) {
    yield* migrateContainer(...await both(context, input, signal), input.container, { start: input.start, volumes: input.volumes, signal });
  }),
  installPlan: rpc.remote.installPlan.handler(async ({ context, input: { host, scope }, signal }) => {
    await using over = await sshOf(context, host, signal);
    return await installPlan({ connection: over.connection, bundles: context.remote.bundles, scope, signal });
  }),
  install: rpc.remote.install.handler(async function* ({ context, input: { host, scope }, signal }) {
    await using over = await sshOf(context, host, signal);
    yield* installEngine({ connection: over.connection, bundles: context.remote.bundles, scope, signal });
  }),
  uninstall: rpc.remote.uninstall.handler(async function* ({ context, input: { host, scope, deleteData }, signal }) {
    await using over = await sshOf(context, host, signal);
    yield* uninstallEngine({ connection: over.connection, scope, deleteData, signal });
  }),
});

/** The host's SSH connection: the standing one, or one of its own where no engine makes it stand. */
async function sshOf({ hosts, remote: { ssh } }: RpcContext, hostId: string, signal: AbortSignal | undefined): Promise<{ connection: SshConnection } & AsyncDisposable> {
  const config = hosts.config(hostId);
  if (config.kind !== 'ssh') throw new InvalidParameter(`only ssh hosts have a shell; this one is of kind ${config.kind}`);
  const standing = await ssh.connection(hostId, { signal }).catch(() => undefined); // no engine there yet: no session either
  if (standing) return { connection: standing, async [Symbol.asyncDispose]() {} };
  const connection = await openSsh(await ssh.target(config), ssh.openOptions(hostId, signal ?? AbortSignal.timeout(DIAGNOSIS_MS)));
  return { connection, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
}

async function both(context: RpcContext, { from, to }: { from: string; to: string }, signal: AbortSignal | undefined): Promise<[DockerClient, DockerClient]> {
  if (from === to) throw new InvalidParameter('both hosts are the same');
  return Promise.all([context.client(from, signal), context.client(to, signal)]);
}

/** Long, because a person may be reading a fingerprint meanwhile. */
const DIAGNOSIS_MS = 5 * 60_000;

async function configEntry(alias: string, ssh: RpcContext['remote']['ssh']): Promise<ConfigEntry> {
  const { hostName, user, port, proxyJump, proxyCommand, notes } = await ssh.target({ kind: 'ssh', name: alias, colour: 'blue', hostname: alias, configAlias: alias });
  return { alias, hostName, user, port, through: proxyCommand === undefined ? proxyJump : [proxyCommand], notes };
}
