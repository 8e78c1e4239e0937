// "Gone meanwhile" is an answer, not a failure.
import { EngineError } from '../../engine/wire/errors.ts';

export function isNotFound(error: unknown): boolean {
  return error instanceof EngineError && error.kind === 'NotFound';
}
