// One command in a prepared root file system under the OCI runtime, without supervisor or record: RUN of a build, helpers of backups.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../base/ids.ts';
import type { ContainerNetworks, NetworkedContainer, OciMount, RunStep } from '../needs.ts';
import { deleteContainer, runContainer } from '../tools/oci-runtime.ts';
import { ended } from '../tools/run.ts';
import { NotImplemented } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import type { Machine } from './machine.ts';
import { readInRoot } from './root-files.ts';
import type { SeccompCache } from './seccomp-cache.ts';
import { containerSpec } from './spec/spec.ts';
import { resolveUser } from './spec/user.ts';

export interface RunStepParts { machine: Machine; seccomp: SeccompCache; runRoot: string; networks: ContainerNetworks | undefined }

/** @returns the step runner; it throws System with the runtime's words when the command cannot be started at all */
export function createRunStep(parts: RunStepParts): RunStep {
  const { machine, seccomp, runRoot, networks } = parts;
  return async (step) => {
    step.signal.throwIfAborted();
    const id = randomId();
    const bundle = join(runRoot, 'steps', id);
    await using undo = new AsyncDisposableStack();
    await mkdir(bundle, { recursive: true, mode: 0o700 });
    undo.defer(() => rm(bundle, { recursive: true, force: true }));
    const hostConfig = { ...step.limits, NetworkMode: step.network };
    const config = { Hostname: step.hostname ?? id.slice(0, 12), Env: step.env, WorkingDir: step.cwd };
    let net = step.network === 'host' ? 'host' : 'new';
    const mounts: OciMount[] = [...(step.mounts ?? [])];
    if (step.network !== 'host' && step.network !== 'none') {
      if (!networks) throw new NotImplemented('this engine has no bridge networks: use the network none or host');
      const container: NetworkedContainer = { id, name: `step-${id.slice(0, 12)}`, config, hostConfig: { ...hostConfig, ExtraHosts: step.extraHosts ?? [] }, endpoints: { [step.network === 'default' ? 'bridge' : step.network]: {} }, folder: bundle };
      const attachment = await networks.attach(container, { signal: step.signal });
      undo.defer(async () => {
        await networks.detach(id);
        await networks.forget(id);
      });
      net = attachment.netns ?? 'host';
      mounts.push(...attachment.mounts);
    }
    const spec = containerSpec({
      id, config, hostConfig, args: step.argv, rootfs: step.rootfs, mounts,
      user: resolveUser(step.user, readInRoot(step.rootfs, '/etc/passwd'), readInRoot(step.rootfs, '/etc/group')),
      namespaces: { net, ipc: 'new', pid: 'new', uts: 'new', cgroup: 'host' },
      cgroupsPath: cgroupOf(machine, id, hostConfig.CgroupParent).specPath,
      facts: machine.facts,
    });
    const keep = await seccomp.apply(spec);
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
    step.signal.throwIfAborted();
    const child = runContainer(machine.runtime, id, bundle);
    undo.defer(() => deleteContainer(machine.runtime, id));
    const abort = () => void deleteContainer(machine.runtime, id).finally(() => child.kill('SIGKILL'));
    step.signal.addEventListener('abort', abort, { once: true });
    undo.defer(() => step.signal.removeEventListener('abort', abort));
    let kept: Promise<void> | undefined;
    const heard = (stream: 1 | 2) => (chunk: Buffer) => {
      kept ??= keep(id);
      step.output(stream, chunk);
    };
    child.stdout?.on('data', heard(1));
    child.stderr?.on('data', heard(2));
    const exitCode = await ended(child);
    await kept;
    step.signal.throwIfAborted();
    const oomKilled = hostConfig.Memory ? cgroupOf(machine, id, hostConfig.CgroupParent).oomKilled() : false;
    return { exitCode: exitCode ?? 137, oomKilled };
  };
}
