// `--change` of commit and import: Dockerfile instructions applied to an image's configuration.
import type { ContainerConfig } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';
import { parseTrigger } from './dockerfile/dockerfile.ts';
import { applyMetadata, type StageState } from './state.ts';

/** Moby's builder/dockerfile/builder.go, validCommitCommands, with HEALTHCHECK as today's docker has it. */
const ALLOWED: readonly string[] = ['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'ONBUILD', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'];
const NO_ARGS = { buildArgs: new Map<string, string>(), metaArgs: new Map<string, string>(), platformArgs: new Map<string, string>() };

/**
 * The configuration after `changes`; the given one stays as it is.
 * @throws InvalidParameter for a syntax error or an instruction that changes files
 */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  let state: StageState = { config: structuredClone(config), author: undefined, args: new Map(), hasOwnCmd: true };
  for (const change of changes.flatMap((text) => text.split('\n')).map((text) => text.trim()).filter(Boolean)) {
    const instruction = parseTrigger(change);
    if (!ALLOWED.includes(instruction.kind)) throw new InvalidParameter(`${instruction.kind} is not a valid change command: use one of ${ALLOWED.join(', ')}`);
    ({ state } = applyMetadata(state, instruction, '\\', NO_ARGS));
  }
  return state.config;
}
