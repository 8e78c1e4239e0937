// One area of the space map: its name and size when they fit, always as a title.
import { formatBytes } from '../ui/format.ts';

const COLOURS: Record<string, string> = { used: 'var(--mantine-color-gantry-7)', unused: 'var(--mantine-color-gray-6)', shared: 'var(--mantine-color-teal-9)' };

interface CellProps { x?: number; y?: number; width?: number; height?: number; name?: string; size?: number; kind?: string; depth?: number; id?: string; note?: string }

/** recharts fills the props in (Treemap `content`). */
export function SpaceCell({ x = 0, y = 0, width = 0, height = 0, name = '', size = 0, kind = 'unused', depth = 1, id = '', note = '' }: CellProps) {
  if (depth === 0) return <g />;
  const letters = Math.floor((width - 12) / 7);
  return (
    <g style={id ? { cursor: 'pointer' } : undefined}>
      <title>{[`${name} · ${formatBytes(size)}`, note].filter(Boolean).join('\n')}</title>
      <rect x={x} y={y} width={width} height={height} rx={4} fill={COLOURS[kind]} stroke="var(--gantry-canvas)" strokeWidth={2} />
      {letters > 5 && height > 38 && (
        <>
          <text x={x + 9} y={y + 20} fill="#fff" fontSize={13} fontWeight={560}>{name.length > letters ? `${name.slice(0, letters - 1)}…` : name}</text>
          <text x={x + 9} y={y + 36} fill="#fff" fillOpacity={0.85} fontSize={12}>{formatBytes(size)}</text>
        </>
      )}
    </g>
  );
}
SpaceCell.colours = COLOURS;
