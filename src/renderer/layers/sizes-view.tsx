// Where the bytes are: the same sizes as a treemap or a sunburst, coloured by layer or by mark; a folder opens by a click.
import { Anchor, Breadcrumbs, Group, SegmentedControl, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useState, type Dispatch } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExplorerImage, SizeNode } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import type { ExplorerAction, ExplorerState } from './explorer-state.ts';
import classes from './layers.module.css';
import { visible } from './file-row.tsx';
import { CHANGES, ink, layerColour, MARK_COLOURS, markColour, markName } from './marks.ts';
import { Sunburst } from './sunburst.tsx';
import { Treemap } from './treemap.tsx';

export interface Hovered { node: SizeNode; /** below the root of the chart */ path: string }
export interface ChartProps { root: SizeNode; colourOf: (node: SizeNode) => string; /** @param above the folders between the root and the node */ onOpen: (node: SizeNode, above: readonly SizeNode[]) => void; onHover: (hovered: Hovered | undefined) => void }

export function SizesView({ session, image, state, dispatch }: { session: string; image: ExplorerImage; state: ExplorerState; dispatch: Dispatch<ExplorerAction> }) {
  const { t } = useTranslation();
  const [trail, setTrail] = useState<{ id: number; name: string }[]>([{ id: 0, name: '/' }]);
  const [shape, setShape] = useState<'treemap' | 'sunburst'>('treemap');
  const [colour, setColour] = useState<'layer' | 'mark'>('layer');
  const at = trail.at(-1)?.id ?? 0;
  const { layer, scope } = state;
  const sizes = useQuery({ queryKey: ['layers', 'sizes', session, layer, scope, at], queryFn: ({ signal }) => rpc.layers.sizes({ session, layer, scope, node: at }, { signal }), placeholderData: keepPreviousData, gcTime: 60_000 });
  const [hovered, setHovered] = useState<Hovered>();
  const onOpen = useCallback((node: SizeNode, above: readonly SizeNode[]) => {
    setHovered(undefined);
    if (node.id < 0) return;
    if (node.isDirectory) setTrail((now) => [...now, ...[...above, node].map(({ id, name }) => ({ id, name }))]);
    else void rpc.layers.details({ session, node: node.id }).then(async ({ path }) => {
      const found = await rpc.layers.find({ session, path });
      if (found) dispatch({ type: 'show', layer: node.layer, node: found.node, above: found.above });
    });
  }, [session, dispatch]);
  const colourOf = useCallback((node: SizeNode) => (colour === 'layer' ? layerColour(node.layer) : markColour(markName(node.mark))), [colour]);
  const Chart = shape === 'treemap' ? Treemap : Sunburst;
  return (
    <section className={classes.pane} aria-label={t('layers:tabs.sizes')}>
      <Group className={classes.paneHead ?? ''} gap="sm">
        <Breadcrumbs fz="sm" separatorMargin={5} style={{ overflow: 'hidden' }}>{trail.map((step, index) => <Anchor key={step.id} component="button" fz="sm" onClick={() => { setTrail(trail.slice(0, index + 1)); setHovered(undefined); }}>{step.name}</Anchor>)}</Breadcrumbs>
        <Text size="sm" fw={600} className="numeric">{sizes.data && formatBytes(sizes.data.bytes)}</Text>
        <SegmentedControl ml="auto" size="xs" aria-label={t('layers:scope.label')} value={scope} onChange={(next) => dispatch({ type: 'scope', scope: next as 'layer' | 'all' })} data={[{ value: 'all', label: t('layers:scope.all') }, { value: 'layer', label: t('layers:scope.layer') }]} />
        <SegmentedControl size="xs" aria-label={t('layers:chart.colour')} value={colour} onChange={(next) => setColour(next as 'layer' | 'mark')} data={[{ value: 'layer', label: t('layers:chart.byLayer') }, { value: 'mark', label: t('layers:chart.byMark') }]} />
        <SegmentedControl size="xs" aria-label={t('layers:chart.shape')} value={shape} onChange={(next) => setShape(next as 'treemap' | 'sunburst')} data={[{ value: 'treemap', label: t('layers:chart.treemap') }, { value: 'sunburst', label: t('layers:chart.sunburst') }]} />
      </Group>
      {sizes.isPending ? <LoadingRows /> : sizes.isError ? <FailureNote title={t('layers:failed')} error={sizes.error} /> : sizes.data.bytes === 0 ? <Text p="md" c="var(--gantry-subtle)" size="sm">{t('layers:noBytes')}</Text> : <Chart root={sizes.data} colourOf={colourOf} onOpen={onOpen} onHover={setHovered} />}
      {sizes.data && <HoverLine hovered={hovered} root={sizes.data} above={trail.slice(1).map((step) => step.name)} image={image} />}
      {colour === 'mark' && <Group gap="sm" px="sm" pb={6} wrap="nowrap" style={{ overflowX: 'auto', flex: 'none' }}>{(['through', ...CHANGES] as const).filter((mark) => scope === 'all' || mark !== 'through').map((mark) => <Group key={mark} gap={5} wrap="nowrap" flex="none"><span style={{ width: 10, height: 10, borderRadius: 2, background: markColour(mark) }} /><Text size="xs">{t(mark === 'through' ? 'layers:chart.untouched' : `layers:marks.${mark}`)}</Text></Group>)}</Group>}
      {colour === 'layer' && scope === 'all' && <Group gap="sm" px="sm" pb={6} wrap="nowrap" style={{ overflowX: 'auto', flex: 'none' }}>{image.layers.filter((one) => one.sizeBytes > 0 && one.index <= layer).map((one) => <Group key={one.index} gap={5} wrap="nowrap" flex="none"><span style={{ width: 10, height: 10, borderRadius: 2, background: layerColour(one.index) }} /><Text size="xs" maw={180} truncate>{one.index} {one.instruction}</Text></Group>)}</Group>}
    </section>
  );
}

/** What is under the pointer; without one the chart's root, so that the line never jumps. */
function HoverLine({ hovered, root, above, image }: { hovered: Hovered | undefined; root: SizeNode; above: string[]; image: ExplorerImage }) {
  const { t } = useTranslation();
  const node = hovered?.node ?? root;
  const path = `/${[...above, ...(hovered ? [hovered.path.slice(1)] : [])].join('/')}`;
  const layer = image.comparison ? undefined : image.layers[node.layer];
  const mark = markName(node.mark);
  return (
    <Group gap="sm" px="sm" py={6} wrap="nowrap" className={classes.hoverLine}>
      <Text size="xs" ff="monospace" className={classes.clip} title={path}>{visible(path)}</Text>
      <Text size="xs" fw={600} className="numeric" style={{ whiteSpace: 'nowrap' }}>{formatBytes(node.bytes)} · {((100 * node.bytes) / Math.max(1, root.bytes)).toFixed(1)} %</Text>
      {hovered && mark !== 'through' && <Text size="xs" c={ink(MARK_COLOURS[mark])} style={{ whiteSpace: 'nowrap' }}>{t(`layers:marks.${mark}`)}</Text>}
      {hovered && !node.isDirectory && node.id >= 0 && layer && <Text size="xs" c="var(--gantry-subtle)" ml="auto" className={classes.clip} maw="45%">{layer.index} {layer.instruction}</Text>}
    </Group>
  );
}
