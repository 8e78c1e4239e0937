// The log view over the contract.
import { Readable } from 'node:stream';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import type { LogRow } from '../contract/container-logs.ts';
import type { LogView } from '../logs/views.ts';
import { textStart, type SpoolLine } from '../logs/spool.ts';
import { rpc } from './base.ts';

const LONGEST_LINE_BYTES = 32 << 20;
const forever = new AbortController().signal;

export const containerLogsRouter = rpc.containerLogs.router({
  open: rpc.containerLogs.open.handler(async function* ({ context, input, signal = forever }) {
    yield* context.logViews.open(await context.client(input.host, signal), input, signal);
  }),
  window: rpc.containerLogs.window.handler(async ({ context, input }) => {
    const view = context.logViews.get(input.view);
    if (input.search === undefined) return (await view.spool.read(input.from, input.count)).map((line, index) => rowOf(line, input.from + index));
    const numbers = context.logViews.searchOf(input.view, input.search).range(input.from, input.count);
    return readScattered(view, numbers);
  }),
  search: rpc.containerLogs.search.handler(async function* ({ context, input, signal = forever }) {
    yield* context.logViews.search(input.view, input.query, signal);
  }),
  locate: rpc.containerLogs.locate.handler(({ context, input }) => ({ index: context.logViews.searchOf(input.view, input.search).indexAtOrAfter(input.line) })),
  text: rpc.containerLogs.text.handler(async ({ context, input }) => {
    const [line] = await context.logViews.get(input.view).spool.read(input.line, 1, LONGEST_LINE_BYTES);
    if (!line) throw new InvalidParameter(`no such line: ${input.line}`);
    return { text: line.text };
  }),
  export: rpc.containerLogs.export.handler(({ context, input }) => {
    const view = context.logViews.get(input.view);
    const url = context.transfers.download(input.fileName, async (signal) => ({
      stream: Readable.from(exported(view, input, input.search === undefined ? undefined : context.logViews.searchOf(input.view, input.search).range(0, Infinity), signal)),
      contentType: input.format === 'json' ? 'application/x-ndjson' : 'text/plain; charset=utf-8',
    }));
    return { url, fileName: input.fileName };
  }),
});

function rowOf(line: SpoolLine, number: number): LogRow {
  const { source, time, text, clippedBytes } = line;
  return { line: number, stream: line.stream === 2 ? 'stderr' : 'stdout', source, time, text, clippedBytes };
}

/** Hits lie apart: each run of neighbours is one read. */
async function readScattered(view: LogView, numbers: number[]): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (let at = 0; at < numbers.length; ) {
    const first = numbers[at] as number;
    let count = 1;
    while (numbers[at + count] === first + count) count++;
    const lines = await view.spool.read(first, count);
    rows.push(...lines.map((line, index) => rowOf(line, first + index)));
    at += count;
  }
  return rows;
}

async function* exported(view: LogView, { format }: { format: 'text' | 'json' }, only: number[] | undefined, signal: AbortSignal): AsyncGenerator<Buffer> {
  let next = 0;
  for await (const { first, data } of view.spool.pieces(0, signal)) {
    const out: Buffer[] = [];
    let number = first;
    for (let start = 0; start < data.length; number++) {
      const end = data.indexOf(10, start) + 1;
      const isWanted = only === undefined || only[next] === number;
      if (isWanted) {
        next++;
        out.push(format === 'json' ? asJson(view, data.subarray(start, end - 1)) : asText(view, data.subarray(start, end)));
      }
      start = end;
    }
    yield Buffer.concat(out);
  }
}

function asText(view: LogView, record: Buffer): Buffer {
  return view.ids.length === 1 ? record.subarray(4) : Buffer.concat([Buffer.from(`${idOf(view, record).slice(0, 12)} `), record.subarray(4)]);
}

function asJson(view: LogView, record: Buffer): Buffer {
  const start = textStart(record);
  const time = record.toString('latin1', 4, start - 1);
  return Buffer.from(`${JSON.stringify({ ...(time === '-' ? {} : { time }), stream: record[0] === 50 ? 'stderr' : 'stdout', container: idOf(view, record), text: record.toString('utf8', start) })}\n`);
}

function idOf(view: LogView, record: Buffer): string {
  return view.ids[Number.parseInt(String.fromCharCode(record[2] ?? 48), 36)] ?? '';
}
