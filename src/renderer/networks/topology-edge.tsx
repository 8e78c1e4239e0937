// A line of the picture: around the boxes as laid out, or straight across while one of its ends is being dragged.
import { BaseEdge, getBezierPath, MarkerType, type Edge, type EdgeProps } from '@xyflow/react';
import { pathThrough, type Route } from './topology-layout.ts';
import type { TopologyEdge } from './topology.ts';

export type RoutedEdge = Edge<{ route: Route | undefined }, 'routed'>;

export const edgeTypes = { routed: RoutedLine };

export const EDGE_DASHES: Partial<Record<TopologyEdge['kind'], string>> = { nat: '6 4', idle: '8 6', port: '5 5', shared: '2 4' };
export const EDGE_COLOURS: Record<TopologyEdge['kind'], string> = { nat: 'var(--mantine-color-blue-5)', veth: 'var(--mantine-color-teal-6)', idle: 'var(--mantine-color-gray-5)', port: 'var(--mantine-color-orange-6)', shared: 'var(--mantine-color-gray-5)' };

function RoutedLine({ data, sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition, label, labelStyle, labelBgStyle, style, markerEnd }: EdgeProps<RoutedEdge>) {
  const route = data?.route;
  const [across, middleX, middleY] = getBezierPath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition });
  return (
    <BaseEdge
      path={route ? pathThrough(route.points) : across}
      labelX={route?.label.x ?? middleX} labelY={route?.label.y ?? middleY}
      {...(label !== undefined && { label })} {...(labelStyle && { labelStyle })} {...(labelBgStyle && { labelBgStyle })} {...(style && { style })} {...(markerEnd !== undefined && { markerEnd })}
    />
  );
}

/** @param route absent while an end is somewhere else than laid out · @param ariaLabel what it joins, in words */
export function edgeOf({ id, from, to, kind, label }: TopologyEdge, route: Route | undefined, ariaLabel: string): RoutedEdge {
  const colour = EDGE_COLOURS[kind];
  return {
    id, type: 'routed', source: from, target: to, focusable: false, ariaLabel, data: { route }, ...(label !== '' && { label }),
    style: { stroke: colour, strokeWidth: kind === 'veth' ? 2 : 1.6, ...(EDGE_DASHES[kind] && { strokeDasharray: EDGE_DASHES[kind] }) },
    animated: kind === 'port',
    labelStyle: { fontSize: 11, fontFamily: 'var(--mantine-font-family-monospace)', fill: 'var(--gantry-subtle)' },
    labelBgStyle: { fill: 'var(--mantine-color-body)' },
    ...(kind === 'port' && to.startsWith('container') && { markerEnd: { type: MarkerType.ArrowClosed, color: colour } }),
  };
}
