// Rings of sizes: the folder in the middle, what is in it around it, up to four levels out.
import { useElementSize } from '@mantine/hooks';
import { memo, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SizeNode } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';
import type { ChartProps } from './sizes-view.tsx';

const RINGS = 4;
const LEAST_ANGLE = 0.012; // radians; less is a hair

export const Sunburst = memo(function Sunburst({ root, colourOf, onOpen, onHover }: ChartProps) {
  const { t } = useTranslation();
  const { ref, width, height } = useElementSize();
  const radius = Math.max(0, Math.min(width, height) / 2 - 8);
  const ring = radius / (RINGS + 1);
  const parts: ReactNode[] = [];
  const draw = (nodes: SizeNode[], from: number, to: number, level: number, total: number, key: string, above: readonly SizeNode[]) => {
    const path = above.map((node) => `/${visible(node.name)}`).join('');
    let angle = from;
    for (const [index, node] of nodes.entries()) {
      const next = angle + ((to - from) * node.bytes) / total;
      if (next - angle >= LEAST_ANGLE) {
        const name = node.name === '' ? t('layers:chart.rest') : visible(node.name);
        const middle = (angle + next) / 2;
        const at = (level + 0.5) * ring;
        const hasRoom = (next - angle) * at > 13;
        const turned = middle > Math.PI ? (middle * 180) / Math.PI + 90 : (middle * 180) / Math.PI - 90;
        parts.push(
          <g key={`${key}.${index}`} className={classes.cell} role="button" tabIndex={node.id < 0 ? -1 : 0} aria-label={`${name}, ${formatBytes(node.bytes)}`} onPointerEnter={() => onHover({ node, path: `${path}/${name}` })} onFocus={() => onHover({ node, path: `${path}/${name}` })} onClick={() => onOpen(node, above)} onKeyDown={(event: KeyboardEvent) => event.key === 'Enter' && onOpen(node, above)}>
            <path d={arc(angle, next, level * ring, (level + 1) * ring - 1)} style={{ fill: `color-mix(in srgb, ${node.id < 0 ? 'var(--mantine-color-gray-5)' : colourOf(node)} ${Math.max(35, 85 - level * 12)}%, var(--gantry-surface))` }} />
            {hasRoom && <text textAnchor="middle" dominantBaseline="middle" transform={`translate(${Math.sin(middle) * at} ${-Math.cos(middle) * at}) rotate(${turned})`} style={{ fill: 'light-dark(#10131a, #f6f7f9)' }}>{name.length * 6.4 < ring ? name : `${name.slice(0, Math.max(1, Math.floor(ring / 6.6) - 1))}…`}</text>}
          </g>,
        );
        if (level < RINGS && node.children.length > 0) draw(node.children, angle, next, level + 1, node.bytes, `${key}.${index}`, [...above, node]);
      }
      angle = next;
    }
  };
  if (radius > 0) draw(root.children, 0, 2 * Math.PI, 1, root.bytes, 's', []);
  return (
    <div ref={ref} className={classes.chart}>
      <svg role="group" aria-label={t('layers:chart.sunburst')} onPointerLeave={() => onHover(undefined)} viewBox={`${-width / 2} ${-height / 2} ${Math.max(1, width)} ${Math.max(1, height)}`}>
        {parts}
        <text textAnchor="middle" y={-4} style={{ fill: 'var(--mantine-color-text)', fontWeight: 600, fontSize: 13 }}>{visible(root.name)}</text>
        <text textAnchor="middle" y={13} style={{ fill: 'var(--gantry-subtle)', fontSize: 12 }}>{formatBytes(root.bytes)}</text>
      </svg>
    </div>
  );
});

function arc(from: number, to: number, inner: number, outer: number): string {
  const end = Math.min(to, from + 2 * Math.PI - 1e-4); // a whole circle would begin where it ends
  const point = (angle: number, radius: number) => `${(Math.sin(angle) * radius).toFixed(2)} ${(-Math.cos(angle) * radius).toFixed(2)}`;
  const large = end - from > Math.PI ? 1 : 0;
  return `M${point(from, outer)}A${outer} ${outer} 0 ${large} 1 ${point(end, outer)}L${point(end, inner)}A${inner} ${inner} 0 ${large} 0 ${point(from, inner)}Z`;
}
