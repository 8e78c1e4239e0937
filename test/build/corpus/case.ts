// One Dockerfile of the corpus: what it is built from and what must come of it.

export type ContextFile = string | { content?: string; mode?: number; link?: string; folder?: true; mtime?: number };

export interface CorpusCase {
  name: string;
  dockerfile: string;
  /** path -> content; folders end with `/` or are implied. `@tar:NAME` makes a tar of the files listed. */
  files?: Record<string, ContextFile>;
  /** docker build flags, e.g. ['--build-arg', 'v=2'] */
  flags?: string[];
  /** The image's configuration holds this. */
  config?: Record<string, unknown>;
  /** path -> `file 0644 0:0 text`, `dir 0755 0:0`, `link target`; null: must not be there */
  tree?: Record<string, string | null>;
  /** The build must fail: the CLI says this. */
  fails?: RegExp;
  exitCode?: number;
  /** false: dockerd 20.10's classic builder can not do it, so the expectation alone judges */
  docker20?: false;
}
