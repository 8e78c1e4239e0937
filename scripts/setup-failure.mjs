// What a person has to do before Gantry can be set up: shown as one sentence, without a stack.

export class SetupFailure extends Error {
  name = 'SetupFailure';
}
