// Terminals in containers. A session lives in main until it ends or is closed: views and windows come and go, and each finds
// what was written meanwhile.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export interface TerminalInfo {
  id: string;
  host: string;
  container: string;
  /** exec: a new process in the container; attach: its main process; debug: a container with tools that joins its namespaces */
  kind: 'exec' | 'attach' | 'debug';
  title: string;
  startedAtMs: number;
  /** absent while it runs */
  endedAtMs?: number;
  exitCode?: number;
  /** the program could not be started at all: there is no such shell */
  isMissingProgram?: boolean;
}

export type TerminalOutput =
  | { type: 'data'; data: string }
  | { type: 'end'; info: TerminalInfo };

const size = { columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) };
const session = z.object({ id: z.string() });

export const terminalsContract = {
  open: oc
    .input(z.object({
      host: z.string(),
      container: z.string(),
      kind: z.enum(['exec', 'attach', 'debug']),
      /** empty: the best shell there is */
      command: z.array(z.string()).default([]),
      user: z.string().default(''),
      workingDir: z.string().default(''),
      /** debug: where the tools come from */
      image: z.string().optional(),
      ...size,
    }))
    .output(type<TerminalInfo>()),
  list: oc.input(z.object({ host: z.string(), container: z.string() })).output(type<TerminalInfo[]>()),
  /** What was written so far (the last 512 KB), then what comes; ends with the session. */
  attach: oc.input(session).output(eventIterator(type<TerminalOutput>())),
  write: oc.input(session.extend({ data: z.string() })).output(type<void>()),
  resize: oc.input(session.extend(size)).output(type<void>()),
  /** Ends the session's process and forgets it. */
  close: oc.input(session).output(type<void>()),
};
