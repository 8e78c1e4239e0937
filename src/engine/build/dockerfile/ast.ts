// What a Dockerfile means, one type per instruction. Texts are unexpanded: variables are filled in when a stage runs.
import type { Heredoc } from './heredoc.ts';
import type { Directives } from './directives.ts';

export interface LineRange { start: number; end: number }

interface Common {
  lines: LineRange;
  /** The instruction as written, continued lines joined. */
  source: string;
  /** The keyword as written (`From`, `run`), for the casing check. */
  keyword: string;
  comments: string[];
}

/** exec form: an argv; shell form: one text for the SHELL. */
export type Command = { form: 'exec'; argv: string[] } | { form: 'shell'; text: string };
export interface Pair { key: string; value: string }

export interface From extends Common { kind: 'FROM'; base: string; stage?: string; platform?: string; asKeyword?: string }
export interface Run extends Common {
  kind: 'RUN'; command: Command; heredocs: Heredoc[]; mounts: string[]; network?: string; security?: string;
}
export interface Transfer extends Common {
  kind: 'COPY' | 'ADD';
  /** Paths, globs, URLs; heredoc words are in `heredocs` instead. */
  sources: string[];
  heredocs: Heredoc[];
  destination: string;
  from?: string;
  chown?: string;
  chmod?: string;
  checksum?: string;
  link: boolean;
  parents: boolean;
  keepGitDir: boolean;
  unpack?: boolean;
  exclude: string[];
}
export interface Env extends Common { kind: 'ENV'; pairs: Pair[]; isLegacy: boolean }
export interface Label extends Common { kind: 'LABEL'; pairs: Pair[]; isLegacy: boolean }
export interface Arg extends Common { kind: 'ARG'; args: { key: string; value?: string }[] }
export interface Workdir extends Common { kind: 'WORKDIR'; path: string }
export interface User extends Common { kind: 'USER'; user: string }
export interface Expose extends Common { kind: 'EXPOSE'; ports: string[] }
export interface Volume extends Common { kind: 'VOLUME'; paths: string[] }
export interface Cmd extends Common { kind: 'CMD'; command: Command }
export interface Entrypoint extends Common { kind: 'ENTRYPOINT'; command: Command }
export interface Shell extends Common { kind: 'SHELL'; argv: string[] }
export interface StopSignal extends Common { kind: 'STOPSIGNAL'; signal: string }
/** Durations in nanoseconds, as the image configuration keeps them; 0 = inherit. */
export interface Healthcheck extends Common {
  kind: 'HEALTHCHECK';
  command: Command | 'none';
  intervalNs: number; timeoutNs: number; startPeriodNs: number; startIntervalNs: number; retries: number;
}
export interface Onbuild extends Common { kind: 'ONBUILD'; trigger: string; parsed: Instruction }
export interface Maintainer extends Common { kind: 'MAINTAINER'; name: string }

export type Instruction =
  | From | Run | Transfer | Env | Label | Arg | Workdir | User | Expose | Volume | Cmd | Entrypoint | Shell
  | StopSignal | Healthcheck | Onbuild | Maintainer;
export type Keyword = Instruction['kind'];

export interface Dockerfile {
  directives: Directives;
  /** In file order. */
  instructions: Instruction[];
  /** Places where a continued instruction has an empty line in it. */
  emptyContinuations: LineRange[];
  source: string;
}

export const KEYWORDS: readonly Keyword[] = [
  'ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD',
  'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR',
];
