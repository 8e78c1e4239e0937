// One instruction -> what its step needs: key, new state, and the work to do on a cache miss.
import type { Instruction } from '../dockerfile/ast.ts';
import { stepKey } from '../cache-key.ts';
import { applyMetadata } from '../state.ts';
import { copyInput } from './copy-instruction.ts';
import type { Execution, StepOutput } from './execution.ts';
import { makeFolder, resolveRooted } from './rooted.ts';
import { runInput } from './run-instruction.ts';
import type { StageRun, StepInput } from './stage-run.ts';

export async function instructionInput(run: StageRun, instruction: Instruction, stageIndex: number, execution: Execution, io: StepOutput): Promise<StepInput> {
  switch (instruction.kind) {
    case 'RUN': return runInput(run, instruction, stageIndex, execution, io);
    case 'COPY':
    case 'ADD': return copyInput(run, instruction, stageIndex, execution, io);
    default: {
      const { state, text } = applyMetadata(run.state, instruction, execution.escape, execution.sources);
      return { key: stepKey(run.key, text), state, text, execute: instruction.kind === 'WORKDIR' ? workdir(run, state.config.WorkingDir ?? '/', execution, io) : null };
    }
  }
}

/** WORKDIR makes its folder when it is missing; only then there is a layer. */
function workdir(run: StageRun, path: string, execution: Execution, io: StepOutput): StepInput['execute'] {
  return async () => {
    {
      await using view = await execution.layers.view(run.chainId);
      if (resolveRooted(view.rootfs, path).kind === 'dir') return null;
    }
    return execution.layers.make(run.chainId, async ({ rootfs }) => void makeFolder(rootfs, path, { uid: 0, gid: 0 }), io.signal);
  };
}
