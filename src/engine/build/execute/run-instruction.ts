// RUN: the command in the stage's root under the OCI runtime, its changes become a layer.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OciMount } from '../../needs.ts';
import { NotImplemented, System } from '../../wire/errors.ts';
import type { Run } from '../dockerfile/ast.ts';
import { heredocBody, parseHeredocWord } from '../dockerfile/heredoc.ts';
import { argvOf, runArgs } from '../state.ts';
import { stepKey } from '../cache-key.ts';
import type { Execution, StepOutput } from './execution.ts';
import { resolveMounts, withMounts } from './run-mounts.ts';
import type { StageRun, StepInput } from './stage-run.ts';
import { watchStubs } from './stubs.ts';

/** A command that ended with another code than 0; Docker's words and code. */
export class CommandFailed extends System {
  readonly exitCode: number;
  constructor(command: string, exitCode: number, why = '') {
    super(`The command '${command}' returned a non-zero code: ${exitCode}${why}`);
    this.exitCode = exitCode;
  }
}

export async function runInput(run: StageRun, instruction: Run, stageIndex: number, execution: Execution, io: StepOutput): Promise<StepInput> {
  if (instruction.security !== undefined && instruction.security !== 'sandbox') {
    throw new NotImplemented(`RUN --security=${instruction.security} is not allowed: builds run without extra privileges`);
  }
  const { state } = run;
  const script = scriptOf(instruction);
  const argv = script?.kind === 'file' ? [script.path] : argvOf(script ? { form: 'shell', text: script.text } : instruction.command, state.config);
  const { counted, proxies } = runArgs(state, execution.request.buildArgs);
  const mounts = await resolveMounts(instruction.mounts, state, stageIndex, execution, io);
  const network = instruction.network === 'none' || instruction.network === 'host' ? instruction.network : execution.request.network;
  const shown = `RUN ${counted.length > 0 ? `|${counted.length} ${counted.join(' ')} ` : ''}${argv.join(' ')}`;
  return {
    key: stepKey(run.key, 'RUN', JSON.stringify(argv), JSON.stringify(counted), network, script?.kind === 'file' ? script.content : '', ...mounts.map((mount) => mount.key)),
    state,
    text: shown,
    execute: async () => {
      return execution.layers.make(run.chainId, ({ rootfs }) => withMounts(mounts, execution, io.signal, async (extra, env) => {
        const scriptMounts = script?.kind === 'file' ? [await scriptMount(script.path, script.content, execution)] : [];
        const removeStubs = watchStubs(rootfs, [...extra, ...scriptMounts].map((mount) => mount.destination));
        const cwd = state.config.WorkingDir || '/';
        const { exitCode, oomKilled } = await execution.runStep({
          rootfs, argv, cwd, env: [...(state.config.Env ?? []), ...counted, ...proxies, ...env], user: state.config.User ?? '',
          mounts: [...extra, ...scriptMounts], network, extraHosts: execution.request.extraHosts, limits: { PidsLimit: MAX_PIDS, ...execution.request.limits },
          hostname: 'buildkitsandbox', output: lineWriter(io), signal: io.signal,
        });
        io.signal.throwIfAborted();
        if (exitCode !== 0) throw new CommandFailed(argv.join(' '), exitCode, oomKilled ? ' (killed: out of memory)' : '');
        removeStubs();
      }), io.signal);
    },
  };
}

/** A fork bomb in a RUN ends with its step, not with the machine; no compiler needs so many. */
const MAX_PIDS = 8192;

type Script = { kind: 'text'; text: string } | { kind: 'file'; path: string; content: string };

/** `RUN <<EOF`: the body is the command (or a script with its own `#!`); otherwise the shell reads the heredocs itself. */
function scriptOf({ command, heredocs }: Run): Script | undefined {
  const first = heredocs[0];
  if (!first || command.form !== 'shell') return undefined;
  if (heredocs.length === 1 && parseHeredocWord(command.text.trim())) {
    const body = heredocBody(first);
    return body.startsWith('#!') ? { kind: 'file', path: `/dev/pipes/${first.name}`, content: body } : { kind: 'text', text: body };
  }
  return { kind: 'text', text: `${command.text}\n${heredocs.map((heredoc) => `${heredoc.content}${heredoc.name}`).join('\n')}` };
}

async function scriptMount(path: string, content: string, execution: Execution): Promise<OciMount> {
  const folder = join(execution.work, 'scripts');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${process.hrtime.bigint()}`);
  await writeFile(file, content);
  await chmod(file, 0o755);
  return { destination: path, type: 'bind', source: file, options: ['bind', 'ro'] };
}

/** Bytes -> text without cutting a character in two. */
function lineWriter(io: StepOutput): (stream: 1 | 2, chunk: Buffer) => void {
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  return (stream, chunk) => {
    const text = decoders[stream].decode(chunk, { stream: true });
    if (text !== '') io.log(stream, text);
  };
}
