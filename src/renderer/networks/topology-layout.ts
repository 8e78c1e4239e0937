// Places the nodes of the picture: machine, networks, containers from left to right, crossings kept few, and leads the lines around
// the boxes (ELK, layered, orthogonal). Lines of a kind leave and enter a box at one point, like a bus.
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { Topology, TopologyEdge, TopologyNode } from './topology.ts';

export interface Point { x: number; y: number }
/** Corners of a line from its source to its target, and where its label is centred. */
export interface Route { points: Point[]; label: Point }
export interface Layout { places: Map<string, Point>; routes: Map<string, Route> }

/** More are counted instead of listed. */
export const SHOWN_PORTS = 5;
export const SHOWN_INTERFACES = 6;
const WIDTHS = { machine: 280, network: 280, container: 240, ports: 230 } as const;
const PARTITIONS = { machine: '0', network: '1', ports: '1', container: '2' } as const;
const HEAD = 44;
const LINE = 18;
/** What a label of eleven letters needs between the last corner of a line and the box it leads to. */
const LABEL_ROOM = 96;

const elk = new ELK();

export async function layOut({ nodes, edges: drawn }: Topology): Promise<Layout> {
  const edges = [...drawn, ...helpLines(nodes, drawn)];
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.edgeRouting': 'ORTHOGONAL', 'elk.layered.spacing.nodeNodeBetweenLayers': '100', 'elk.spacing.nodeNode': '20',
      'elk.layered.spacing.edgeNodeBetweenLayers': String(LABEL_ROOM), 'elk.layered.spacing.edgeEdgeBetweenLayers': '12', 'elk.spacing.edgeNode': '14', 'elk.spacing.edgeEdge': '10',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX', 'elk.partitioning.activate': 'true', 'elk.separateConnectedComponents': 'false',
    },
    children: nodes.map((node) => ({
      id: node.id, ...sizeOf(node), layoutOptions: { 'elk.partitioning.partition': PARTITIONS[node.kind], 'elk.portConstraints': 'FIXED_SIDE' },
      ports: [...new Set(edges.flatMap((edge) => [...(edge.from === node.id ? [outOf(edge)] : []), ...(edge.to === node.id ? [into(edge)] : [])]))]
        .map((id) => ({ id, width: 0, height: 0, layoutOptions: { 'elk.port.side': id.includes(' out ') ? 'EAST' : 'WEST' } })),
    })),
    edges: edges.map((edge) => ({
      id: edge.id, sources: [outOf(edge)], targets: [into(edge)],
    })),
  };
  const placed = await elk.layout(graph);
  return {
    places: new Map((placed.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
    routes: new Map((placed.edges ?? []).map((edge) => [edge.id, routeOf(edge)] as const)),
  };
}

/** Lines that are not drawn: they hold containers that nothing leads to in the column of the others. */
function helpLines(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[]): TopologyEdge[] {
  const reached = new Set(edges.map(({ to }) => to));
  const machine = nodes.find(({ kind }) => kind === 'machine');
  return nodes.flatMap(({ id, kind }) => (kind === 'container' && machine && !reached.has(id) ? [{ id: `${id} place`, from: machine.id, to: id, kind: 'shared' as const, label: '' }] : []));
}

export function sizeOf(node: TopologyNode): { width: number; height: number } {
  return { width: WIDTHS[node.kind], height: HEAD + linesOf(node) * LINE };
}

function linesOf(node: TopologyNode): number {
  switch (node.kind) {
    case 'machine': return Math.max(1, Math.min(node.interfaces?.length ?? 1, SHOWN_INTERFACES + 1));
    case 'network': return 2;
    case 'ports': return Math.min(node.ports.length, SHOWN_PORTS + 1);
    case 'container': return node.addresses.length + 1;
  }
}

const outOf = ({ from, kind }: TopologyEdge): string => `${from} out ${kind}`;
/** Each network has an end of its own at the container, as each has a device there. */
const into = ({ to, kind, id }: TopologyEdge): string => `${to} in ${kind === 'veth' ? id : kind}`;

function routeOf({ sections = [] }: ElkExtendedEdge): Route {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
  const end = points.at(-1) ?? { x: 0, y: 0 };
  // Before its end, where a line is alone: its start may be a bus.
  return { points, label: { x: end.x - LABEL_ROOM / 2, y: end.y } };
}

/** An SVG path through the corners, each of them rounded. */
export function pathThrough(points: readonly Point[], radius = 9): string {
  return points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before) return `M ${point.x} ${point.y}`;
    if (!after) return `L ${point.x} ${point.y}`;
    const [from, to] = [toward(point, before, radius), toward(point, after, radius)];
    return `L ${from.x} ${from.y} Q ${point.x} ${point.y} ${to.x} ${to.y}`;
  }).join(' ');
}

/** The point `distance` away from `start` on the way to `end`, at most half of that way. */
function toward(start: Point, end: Point, distance: number): Point {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const share = length === 0 ? 0 : Math.min(distance, length / 2) / length;
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
}
