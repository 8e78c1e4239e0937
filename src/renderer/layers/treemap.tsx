// Nested rectangles: folders with their name on top, files inside, labels only where they fit.
import { useElementSize } from '@mantine/hooks';
import { memo, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SizeNode } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';
import type { ChartProps } from './sizes-view.tsx';
import { squarify, type Box } from './squarify.ts';

const LABEL_HEIGHT = 16;
const CHARACTER = 6.4; // width of one at 11 px, on average
const DEPTH = 5;
const LEAST_AREA = 14; // square pixels; less is dust

export const Treemap = memo(function Treemap({ root, colourOf, onOpen, onHover }: ChartProps) {
  const { t } = useTranslation();
  const { ref, width, height } = useElementSize();
  const cells: ReactNode[] = [];
  const draw = (nodes: SizeNode[], box: Box, depth: number, key: string, above: readonly SizeNode[]) => {
    const owner = above.at(-1) ?? root;
    const path = above.map((node) => `/${visible(node.name)}`).join('');
    const boxes = squarify(nodes.map((node) => node.bytes), box);
    for (const [index, node] of nodes.entries()) {
      const place = boxes[index] as Box;
      if (place.width < 2 || place.height < 2 || place.width * place.height < LEAST_AREA) continue;
      const isOpen = node.isDirectory && depth < DEPTH && node.children.length > 0 && place.width > 46 && place.height > 36;
      const open = () => { if (node.id >= 0) onOpen(node, above); else if (owner !== root) onOpen(owner, above.slice(0, -1)); }; // what is too small to see shows when its folder fills the view
      const name = node.name === '' ? t('layers:chart.rest') : visible(node.name);
      cells.push(
        <g key={`${key}.${index}`} className={classes.cell} role="button" tabIndex={node.id < 0 && owner === root ? -1 : 0} aria-label={`${name}, ${formatBytes(node.bytes)}`} onPointerEnter={() => onHover({ node, path: `${path}/${name}` })} onFocus={() => onHover({ node, path: `${path}/${name}` })} onClick={(event) => { event.stopPropagation(); open(); }} onKeyDown={(event: KeyboardEvent) => event.key === 'Enter' && open()}>
          <rect x={place.x} y={place.y} width={place.width} height={place.height} rx={2} style={{ fill: isOpen ? 'var(--gantry-hover)' : node.id < 0 ? 'var(--gantry-hover)' : `color-mix(in srgb, ${colourOf(node)} ${node.isDirectory ? 72 : 58}%, var(--gantry-surface))` }} />
          {place.width > 34 && place.height > LABEL_HEIGHT && <text x={place.x + 5} y={place.y + 12} style={{ fill: node.id < 0 ? 'var(--gantry-subtle)' : isOpen ? 'var(--mantine-color-text)' : 'light-dark(#10131a, #f6f7f9)', fontWeight: node.isDirectory ? 600 : 400 }}>{clipped(place.width > 120 ? `${name}  ${formatBytes(node.bytes)}` : name, place.width)}</text>}
        </g>,
      );
      if (isOpen) draw(node.children, { x: place.x + 2, y: place.y + LABEL_HEIGHT + 1, width: place.width - 4, height: place.height - LABEL_HEIGHT - 3 }, depth + 1, `${key}.${index}`, [...above, node]);
    }
  };
  if (width > 0 && height > 0) draw(root.children, { x: 0, y: 0, width, height }, 0, 'm', []);
  return <div ref={ref} className={classes.chart}><svg role="group" aria-label={t('layers:chart.treemap')} onPointerLeave={() => onHover(undefined)}>{cells}</svg></div>;
});

function clipped(text: string, width: number): string {
  const fits = Math.floor((width - 8) / CHARACTER);
  return text.length <= fits ? text : fits < 4 ? '' : `${text.slice(0, fits - 1)}…`;
}
