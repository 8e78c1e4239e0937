// Places the nodes of the picture: machine, networks, containers from left to right, crossings kept few (ELK, layered).
import ELK, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { Topology, TopologyNode } from './topology.ts';

export const NODE_SIZES = { machine: { width: 190, height: 64 }, network: { width: 250, height: 86 }, container: { width: 220, height: 76 }, ports: { width: 190, height: 60 } } as const;

/** More are counted instead of listed. */
export const SHOWN_PORTS = 5;
const LINE = 20;

const elk = new ELK();

export async function layOut({ nodes, edges }: Topology): Promise<Map<string, { x: number; y: number }>> {
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.layered.spacing.nodeNodeBetweenLayers': '130', 'elk.spacing.nodeNode': '18',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX', 'elk.partitioning.activate': 'true',
    },
    children: nodes.map((node) => ({ id: node.id, ...sizeOf(node), layoutOptions: { 'elk.partitioning.partition': { machine: '0', network: '1', ports: '1', container: '2' }[node.kind] } })),
    edges: edges.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  };
  const placed = await elk.layout(graph);
  return new Map((placed.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}

export function sizeOf(node: TopologyNode): { width: number; height: number } {
  const { width, height } = NODE_SIZES[node.kind];
  const lines = node.kind === 'container' ? node.addresses.length : node.kind === 'ports' ? Math.min(node.ports.length, SHOWN_PORTS + 1) : 1;
  return { width, height: height + Math.max(0, lines - 1) * LINE };
}
