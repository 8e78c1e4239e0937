// What the instructions of one build share: the request, the context, the ways to trees of other stages and images.
import type { Log } from '../../base/log.ts';
import type { ChainId } from '../../base/digest.ts';
import type { RunStep } from '../../needs.ts';
import type { CacheMounts } from '../cache-mounts.ts';
import type { CacheStore } from '../cache-store.ts';
import type { ContextIndex } from '../context/context-index.ts';
import type { SourceTree } from '../context/source-tree.ts';
import type { Graph, Origin } from '../graph.ts';
import type { BuildRequest } from '../request.ts';
import type { ArgSources } from '../state.ts';
import type { StartTool } from '../tools.ts';
import type { LayerMaker } from './layer.ts';
import type { StepContext } from './stage-run.ts';

export interface Execution {
  id: string;
  request: BuildRequest;
  graph: Graph;
  escape: '\\' | '`';
  sources: ArgSources;
  context: ContextIndex;
  /** How many instructions still have to read the context; at 1 the reader may take its files. */
  contextUses: { left: number };
  cache: CacheStore;
  steps: StepContext;
  layers: LayerMaker;
  cacheMounts: CacheMounts;
  runStep: RunStep;
  start: StartTool;
  /** Files of `--from`; the tree is mounted when first read and stays until the build ends. */
  origin(origin: Origin, progress: (message: unknown) => void): Promise<OriginFiles>;
  namedContexts: ReadonlySet<string>;
  /** scratch folder on the data root, removed after the build */
  work: string;
  /** scratch folder in memory for secrets, removed after the build */
  privateFolder: string;
  log: Log;
}

export interface OriginFiles { chainId: ChainId | null; tree(): Promise<SourceTree> }

/** Where a running step reports to. */
export interface StepOutput {
  log(stream: 1 | 2, text: string): void;
  progress(message: unknown): void;
  signal: AbortSignal;
}
