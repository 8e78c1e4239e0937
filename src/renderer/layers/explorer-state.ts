// What a person has chosen in the explorer: layer, scope, filter, sorting, open folders, the selected path.
import type { ExplorerImage, RowFilter, Scope } from '../../main/contract/layers.ts';

export type Sort = 'size' | 'name' | 'mark' | 'files';
export type Tab = 'files' | 'sizes' | 'contents' | 'waste' | 'advice' | 'compare' | 'config';

export interface ExplorerState {
  tab: Tab;
  layer: number;
  scope: Scope;
  filter: RowFilter;
  sort: Sort;
  toggled: readonly number[];
  isAllOpen: boolean;
  selected: number | undefined;
  /** a path to scroll to once its row is known */
  reveal: number | undefined;
}

export type ExplorerAction =
  | { type: 'tab'; tab: Tab }
  | { type: 'layer'; layer: number }
  | { type: 'scope'; scope: Scope }
  | { type: 'filter'; filter: RowFilter }
  | { type: 'sort'; sort: Sort }
  | { type: 'toggle'; node: number }
  | { type: 'openAll'; isAllOpen: boolean }
  | { type: 'select'; node: number }
  | { type: 'revealed' }
  /** show a path of some layer, with the folders above it open */
  | { type: 'show'; layer: number; node: number; above: readonly number[] };

/** Where an explorer begins, when somebody was there already. */
export type StartWish = Pick<ExplorerState, 'layer' | 'scope'>;

/** What an image shows at first: everything, at its last layer; a comparison: what changed. */
export function startState(image: ExplorerImage): ExplorerState {
  const isComparison = image.comparison !== undefined;
  return {
    tab: 'files', layer: Math.max(0, image.layers.length - 1), scope: isComparison ? 'layer' : 'all', filter: isComparison ? { marks: [2, 3, 4, 5, 6, 7] } : {}, sort: 'size',
    toggled: [], isAllOpen: false, selected: undefined, reveal: undefined, ...wantedLayer(image),
  };
}

/** `?step=-3`: the layer of that line of the history, counted from its end, as a build links to it; a line without files has the layer before. */
function wantedLayer({ history }: ExplorerImage): { layer?: number; scope?: 'layer' } {
  const step = Number(new URLSearchParams(window.location.search).get('step') ?? Number.NaN);
  const layer = Number.isInteger(step) && step < 0 ? history.slice(0, history.length + step + 1).findLast((line) => line.layer !== undefined)?.layer : undefined;
  return layer === undefined ? {} : { layer, scope: 'layer' };
}

export function explore(state: ExplorerState, action: ExplorerAction): ExplorerState {
  switch (action.type) {
    case 'tab': return { ...state, tab: action.tab };
    case 'layer': return { ...state, layer: action.layer };
    case 'scope': return { ...state, scope: action.scope };
    case 'filter': return { ...state, filter: action.filter };
    case 'sort': return { ...state, sort: action.sort };
    case 'toggle': return { ...state, toggled: state.toggled.includes(action.node) ? state.toggled.filter((node) => node !== action.node) : [...state.toggled, action.node] };
    case 'openAll': return { ...state, isAllOpen: action.isAllOpen, toggled: [] };
    case 'select': return { ...state, selected: action.node };
    case 'revealed': return { ...state, reveal: undefined };
    case 'show': return {
      ...state, tab: 'files', layer: action.layer, scope: 'layer', filter: {}, selected: action.node, reveal: action.node, isAllOpen: false,
      toggled: [...new Set([...(state.isAllOpen ? [] : state.toggled), ...action.above])],
    };
  }
}
