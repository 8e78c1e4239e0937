// The step a build failed at, around the failure itself.

export class StepFailed extends Error {
  readonly step: number;
  /** Line of the Dockerfile, 0 when the step is none of its own. */
  readonly line: number;
  constructor(step: number, line: number, cause: unknown) {
    super(`step ${step} failed`, { cause });
    this.step = step;
    this.line = line;
  }
}
