// What the tree asks main for: one page of the rows that a person's choices give, and where a path stands among them.
import type { ExplorerImage } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { startState, type ExplorerState } from './explorer-state.ts';

export const PAGE = 200;

type Choices = Pick<ExplorerState, 'layer' | 'scope' | 'filter' | 'sort' | 'toggled' | 'isAllOpen'>;
export type Question = Omit<Choices, 'toggled'> & { session: string; toggled: number[] };

export function questionOf(session: string, { layer, scope, filter, sort, toggled, isAllOpen }: Choices): Question {
  return { session, layer, scope, filter, sort, toggled: [...toggled], isAllOpen };
}

export const pageOptions = (question: Question, page: number) => ({
  queryKey: ['layers', 'rows', question, page] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => rpc.layers.rows({ ...question, from: page * PAGE, count: PAGE }, { signal }),
  gcTime: 30_000,
});

/** The rows a session begins with: asked for while the explorer is still being drawn. */
export const firstPage = (session: string, image: ExplorerImage) => pageOptions(questionOf(session, startState(image)), 0);
