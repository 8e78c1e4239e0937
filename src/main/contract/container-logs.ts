// The log view: main keeps the lines of an open view on disk, the page asks for the window it shows. One view may merge several
// containers by time.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import { LOG_LEVELS } from './log-text.ts';

export const logQuery = z.object({
  text: z.string().max(10_000),
  isRegex: z.boolean(),
  isCaseSensitive: z.boolean(),
  /** empty: both */
  streams: z.array(z.enum(['stdout', 'stderr'])),
  /** empty: all */
  levels: z.array(z.enum(LOG_LEVELS)),
});
export type LogQuery = z.infer<typeof logQuery>;

export interface LogStatus {
  /** names the view in the other calls; it ends when this stream is left */
  view: string;
  lines: number;
  bytes: number;
  /** the history up to now is read; what comes is new */
  isCaughtUp: boolean;
  /** container ids whose log could not be read, with the reason */
  problems: { id: string; message: string }[];
  /** in the first status only: the last lines, read before all others so that there is something to see; their numbers are not known yet */
  preview?: LogRow[];
}

export interface LogRow {
  /** number of the line in the whole log, from 0 */
  line: number;
  stream: 'stdout' | 'stderr';
  /** index into the ids of the view */
  source: number;
  /** RFC 3339 with nanoseconds, '' when the engine gave none */
  time: string;
  text: string;
  /** bytes cut off; `text` has the whole of it */
  clippedBytes: number;
}

export interface SearchStatus { search: string; hits: number; scanned: number; lines: number }

const view = z.object({ view: z.string() });
const window = view.extend({ from: z.number().int().min(0), count: z.number().int().min(1).max(2000) });

export const containerLogsContract = {
  /** Opens a view on one container or several; ends only with the signal. Statuses come at most ten times a second. */
  open: oc.input(z.object({ host: z.string(), ids: z.array(z.string().min(1)).min(1).max(36), since: z.string().optional(), follow: z.boolean().default(true) })).output(eventIterator(type<LogStatus>())),
  /** Lines of the view, or with `search` the lines that it found. */
  window: oc.input(window.extend({ search: z.string().optional() })).output(type<LogRow[]>()),
  /** Starts a search that goes on as the log grows; ends only with the signal. */
  search: oc.input(view.extend({ query: logQuery })).output(eventIterator(type<SearchStatus>())),
  /** Index, among the hits of a search, of the first at or after a line. */
  locate: oc.input(view.extend({ search: z.string(), line: z.number().int().min(0) })).output(type<{ index: number }>()),
  /** The whole of one long line, up to 32 MB. */
  text: oc.input(view.extend({ line: z.number().int().min(0) })).output(type<{ text: string }>()),
  /** A file of all lines, or of what a search found. */
  export: oc.input(view.extend({ format: z.enum(['text', 'json']), search: z.string().optional(), fileName: z.string().max(200) })).output(type<{ url: string; fileName: string }>()),
};
