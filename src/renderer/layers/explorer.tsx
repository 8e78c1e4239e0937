// The explorer of one opened image: figures and tabs above, layers at the left, the chosen view beside them.
import { useQuery } from '@tanstack/react-query';
import { useCallback, useReducer } from 'react';
import { AbsentNote, type RemoteAccess } from './absent-note.tsx';
import { AdviceView } from './advice-view.tsx';
import { ComparisonPane } from './comparison-pane.tsx';
import { ContentsView } from './contents-view.tsx';
import { DetailsPane } from './details-pane.tsx';
import { ExplorerHead } from './explorer-head.tsx';
import { DropAnywhere } from './drop-anywhere.tsx';
import { dockerfileLines } from './dockerfile-lines.ts';
import { explore, startState, type StartWish, type Tab } from './explorer-state.ts';
import { FileTree } from './file-tree.tsx';
import { LayerList } from './layer-list.tsx';
import { LayerStrip } from './layer-strip.tsx';
import classes from './layers.module.css';
import type { OpenedImage } from './session.ts';
import { SizesView } from './sizes-view.tsx';
import { WasteView } from './waste-view.tsx';

interface ExplorerProps { opened: OpenedImage; start?: StartWish | undefined; /** where it may have been built */ host?: string; /** the image is in a registry */ remote?: RemoteAccess }

export function Explorer({ opened: { session, image }, start, host, remote }: ExplorerProps) {
  const dockerfile = useQuery({ ...dockerfileLines(host ?? '', image), enabled: host !== undefined && image.imageId !== '' });
  const isComparison = image.comparison !== undefined;
  const [state, dispatch] = useReducer(explore, image, (first) => ({ ...startState(first), ...start }));
  const selectLayer = useCallback((layer: number) => dispatch({ type: 'layer', layer }), []);
  const selectTab = useCallback((tab: Tab) => dispatch({ type: 'tab', tab }), []);
  const note = remote && <AbsentNote layers={image.layers} remote={remote} here={{ layer: state.layer, scope: state.scope }} />;
  return (
    <>
      <DropAnywhere />
      <ExplorerHead image={image} tab={state.tab} onTab={selectTab} />
      {!isComparison && <LayerStrip layers={image.layers} selected={state.layer} onSelect={selectLayer} />}
      <div className={classes.explorer} {...(state.tab !== 'files' ? { 'data-wide': true } : state.selected === undefined ? {} : { 'data-detailed': true })}>
        <nav className={classes.pane}>{isComparison ? <ComparisonPane image={image} /> : <LayerList image={image} dockerfile={dockerfile.data} selected={state.layer} onSelect={selectLayer} />}</nav>
        {state.tab === 'files' && <FileTree session={session} state={state} dispatch={dispatch} isComparison={isComparison} isPartial={image.layers.some((layer) => layer.isAbsent)}>{note}</FileTree>}
        {state.tab === 'files' && <DetailsPane session={session} image={image} node={state.selected} layer={state.layer} scope={state.scope} />}
        {state.tab === 'sizes' && <SizesView session={session} image={image} state={state} dispatch={dispatch} />}
        {state.tab === 'contents' && <ContentsView session={session} state={state} dispatch={dispatch} />}
        {state.tab === 'waste' && <WasteView session={session} image={image} dispatch={dispatch} />}
        {state.tab === 'advice' && <AdviceView session={session} image={image} dispatch={dispatch} />}
      </div>
    </>
  );
}
