// Error kinds of the engine and their HTTP status. The one place both are told from each other.
// Docker's error body is `{"message": string}` (Engine API v1.47, schema ErrorResponse).

/** What a caller can act on. Everything else is `System`. */
export type ErrorKind =
  | 'InvalidParameter'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'Conflict'
  | 'System'
  | 'NotImplemented'
  | 'Unavailable';

const STATUS: Record<ErrorKind, number> = {
  InvalidParameter: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  System: 500,
  NotImplemented: 501,
  Unavailable: 503,
};

/** An error with a kind. Messages are lower case, name the object and the wish, and hold no secret. */
export class EngineError extends Error {
  readonly kind: ErrorKind;
  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.name = kind;
  }
}

export class InvalidParameter extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('InvalidParameter', message, options); }
}
export class Unauthorized extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('Unauthorized', message, options); }
}
export class Forbidden extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('Forbidden', message, options); }
}
export class NotFound extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('NotFound', message, options); }
}
export class Conflict extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('Conflict', message, options); }
}
export class System extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('System', message, options); }
}
export class NotImplemented extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('NotImplemented', message, options); }
}
export class Unavailable extends EngineError {
  constructor(message: string, options?: ErrorOptions) { super('Unavailable', message, options); }
}

/** HTTP status of any thrown value: the kind's, or 500. */
export function httpStatus(error: unknown): number {
  return error instanceof EngineError ? STATUS[error.kind] : 500;
}

/** One line for the client: the messages of the chain of causes, outermost first, without stacks. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What failed, then what could not be taken back after it.
  if (error instanceof SuppressedError) return `${errorMessage(error.suppressed)}; ${errorMessage(error.error)}`;
  if (error instanceof AggregateError) {
    return [error.message, ...error.errors.map(errorMessage)].filter(Boolean).join('; ');
  }
  const cause = error.cause === undefined ? '' : errorMessage(error.cause);
  return cause && !error.message.includes(cause) ? `${error.message}: ${cause}` : error.message;
}

/** What went wrong first, when undoing it failed as well (`await using`). */
export function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}
