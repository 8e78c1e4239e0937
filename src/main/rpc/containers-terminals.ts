// Terminals over the contract.
import { EngineError } from '../../engine/wire/errors.ts';
import { connectAttach, connectDebug, connectExec } from '../terminals/connect.ts';
import { rpc } from './base.ts';

export const terminalsRouter = rpc.terminals.router({
  open: rpc.terminals.open.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    // The session outlives this call: only its own end or `close` ends the connection.
    const { signal: kept } = new AbortController();
    const { command, user, workingDir, image } = input;
    const size = { columns: input.columns, rows: input.rows };
    const connection = await (input.kind === 'exec'
      ? connectExec(client, input.container, { command, user, workingDir, size, signal: kept })
      : input.kind === 'attach'
        ? connectAttach(client, input.container, { signal: kept })
        : connectDebug(client, input.container, { image, command, signal: kept }));
    const info = context.terminals.add(connection, { host: input.host, container: input.container, kind: input.kind, title: titleOf(input) });
    await connection.resize(size).catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error; // the program may have ended already; its end is shown
    });
    return info;
  }),
  list: rpc.terminals.list.handler(({ context, input }) => context.terminals.list(input.host, input.container)),
  attach: rpc.terminals.attach.handler(async function* ({ context, input, signal }) {
    yield* context.terminals.attach(input.id, signal);
  }),
  write: rpc.terminals.write.handler(({ context, input }) => context.terminals.write(input.id, input.data)),
  resize: rpc.terminals.resize.handler(({ context, input }) => context.terminals.resize(input.id, { columns: input.columns, rows: input.rows })),
  close: rpc.terminals.close.handler(({ context, input }) => context.terminals.close(input.id)),
});

function titleOf({ kind, command, user, image }: { kind: string; command: string[]; user: string; image?: string | undefined }): string {
  const program = command[0]?.split('/').pop() ?? (kind === 'debug' ? (image ?? '') : kind === 'attach' ? '' : 'sh');
  return user ? `${user}@${program}` : program;
}
