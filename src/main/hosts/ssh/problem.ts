// Why a connection to a host does not stand, as an error with data: the failing step, a code the GUI can translate, what to do.

import { EngineError } from '../../../engine/wire/errors.ts';
import { PROBLEMS, type ConnectionStep, type ProblemCode } from '../../contract/problems.ts';

/** An error of connecting, with its step and fix; `params` hold no secret. */
export class ConnectionProblem extends EngineError {
  readonly code: ProblemCode;
  readonly step: ConnectionStep;
  readonly fix: string;
  readonly params: Readonly<Record<string, string>>;
  constructor(code: ProblemCode, params: Record<string, string>, options?: ErrorOptions) {
    const { kind, step, message, fix } = PROBLEMS[code];
    super(kind, fill(message, params), options);
    this.code = code;
    this.step = step;
    this.fix = fill(fix, params);
    this.params = params;
  }
  /** What crosses to the GUI beside the message. */
  get data(): { code: ProblemCode; step: ConnectionStep; fix: string; params: Readonly<Record<string, string>> } {
    return { code: this.code, step: this.step, fix: this.fix, params: this.params };
  }
}

/** Problems that only a person can solve: trying again by itself would change nothing, or would be unsafe. */
export function needsPerson(error: unknown): boolean {
  return error instanceof ConnectionProblem
    && (error.step === 'config' || error.step === 'host-key' || (error.step === 'authentication' && error.kind === 'Unauthorized'));
}

/** Make text from outside fit for a sentence: one line, printable, short. */
export function sample(text: string, length = 80): string {
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line || '(nothing readable)';
}

function fill(text: string, params: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
