// The contract's implementer: its context, and the one place where errors become what the renderer sees.
import { ORPCError, implement } from '@orpc/server';
import { EngineError, errorMessage, firstError, httpStatus } from '../../engine/wire/errors.ts';
import { contract } from '../contract/index.ts';
import type { RpcContext } from './context.ts';

/** `data` of every error that crosses the contract. */
export interface RpcErrorData { kind: string; status: number; data?: unknown }

export const rpc = implement(contract)
  .$context<RpcContext>()
  .use(async ({ next }) => {
    try {
      const result = await next();
      if (isStream(result.output)) result.output = mappedErrors(result.output) as typeof result.output;
      return result;
    } catch (error) {
      throw toRpcError(error);
    }
  });

function isStream(value: unknown): value is AsyncIterableIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* mappedErrors(source: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* source;
  } catch (error) {
    throw toRpcError(error);
  }
}

function toRpcError(thrown: unknown): unknown {
  const error = firstError(thrown);
  if (error instanceof ORPCError) return error;
  const kind = error instanceof EngineError ? error.kind : error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'System';
  const extra = (error as { data?: unknown } | undefined)?.data;
  const data: RpcErrorData = { kind, status: httpStatus(error), ...(extra === undefined ? {} : { data: extra }) };
  return new ORPCError('ENGINE', { status: Math.max(400, data.status), message: errorMessage(thrown), data, cause: thrown });
}
