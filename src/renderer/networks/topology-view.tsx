// The picture of a host's networks. A click opens the object; a running container dropped on a network joins it.
import '@xyflow/react/dist/style.css';
import { Background, Controls, MarkerType, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type NodeChange, applyNodeChanges } from '@xyflow/react';
import { Alert, Text, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostRow } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { attempt, notifyDone } from '../ui/notify.ts';
import { LoadingRows } from '../ui/states.tsx';
import type { Network } from './network.ts';
import classes from './topology.module.css';
import { layOut, sizeOf } from './topology-layout.ts';
import { nodeTypes, type FlowNode } from './topology-nodes.tsx';
import { topologyOf, type Topology, type TopologyEdge } from './topology.ts';

interface Props { host: HostSummary; networks: Network[]; containers: HostRow<ContainerRow>[] }

export function TopologyView({ host, networks, containers }: Props) {
  const { t } = useTranslation();
  const topology = useMemo(() => topologyOf(host.name, networks, containers), [host.name, networks, containers]);
  const shape = JSON.stringify([topology.nodes.map((node) => [node.id, sizeOf(node)]), topology.edges.map(({ id }) => id)]);
  const layout = useQuery({ queryKey: [host.id, 'topology-layout', shape], queryFn: () => layOut(topology), placeholderData: (before) => before, gcTime: 0 });
  if (!layout.data) return <LoadingRows count={4} />;
  return (
    <>
      {containers.length === 0 && <Alert color="gray">{t('networks:picture.empty')}</Alert>}
      <Text size="sm" c="var(--gantry-subtle)">{t('networks:picture.hint')}</Text>
      <div className={classes.canvas} role="figure" aria-label={t('networks:picture.label', { host: host.name })}>
        <ReactFlowProvider><Picture key={shape} host={host} topology={topology} places={layout.data} /></ReactFlowProvider>
      </div>
    </>
  );
}

function Picture({ host, topology, places }: { host: HostSummary; topology: Topology; places: Map<string, { x: number; y: number }> }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const scheme = useComputedColorScheme();
  const isLarge = topology.nodes.length > 30;
  const flow = useReactFlow<FlowNode>();
  const [moved, setMoved] = useState<FlowNode[]>();
  const [target, setTarget] = useState<string>();
  const placed = useMemo(() => topology.nodes.map((node) => ({
    id: node.id, type: node.kind, position: places.get(node.id) ?? { x: 0, y: 0 }, ...sizeOf(node), data: { node }, draggable: node.kind === 'container' && node.isRunning, connectable: false,
    ariaLabel: `${t(`networks:picture.kinds.${node.kind}`)} ${node.name}`,
  }) as FlowNode), [topology, places, t]);
  const nodes = (moved ?? placed).map((node) => (node.id === target ? { ...node, data: { ...node.data, isTarget: true } } as FlowNode : node));
  const edges = useMemo(() => topology.edges.map(edgeOf), [topology]);
  const under = (node: FlowNode) => flow.getIntersectingNodes(node).find(({ type }) => type === 'network');
  const onDrop = async (dragged: FlowNode) => {
    const over = under(dragged)?.data.node;
    const { node } = dragged.data;
    setMoved(undefined);
    setTarget(undefined);
    if (node.kind !== 'container' || over?.kind !== 'network') return;
    if (node.addresses.some(({ network }) => network === over.name)) return;
    const names = { container: node.name, network: over.name };
    if (await attempt(t('networks:failed.connect', names), () => rpc.networks.connect({ host: host.id, id: over.networkId, container: node.containerId }))) notifyDone(t('networks:connected', names));
  };
  const open = (node: FlowNode['data']['node']) => {
    if (node.kind === 'network') go(`/networks/${host.id}/${node.networkId}`);
    else if (node.kind !== 'machine') go(`/containers/${host.id}/${node.containerId}`);
  };
  return (
    <ReactFlow<FlowNode>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      colorMode={scheme}
      fitView
      fitViewOptions={{ maxZoom: 1.1, minZoom: isLarge ? READABLE : 0.1, padding: 0.12 }}
      minZoom={0.1}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      onNodesChange={(changes: NodeChange<FlowNode>[]) => { if (changes.some(({ type }) => type === 'position')) setMoved((now) => applyNodeChanges(changes, now ?? placed)); }}
      onNodeDrag={(_event, node) => setTarget(under(node)?.id)}
      onNodeDragStop={(_event, node) => void onDrop(node)}
      onNodeClick={(_event, node) => open(node.data.node)}
    >
      <Background gap={22} />
      <Controls showInteractive={false} />
      {isLarge && <MiniMap pannable zoomable ariaLabel={t('networks:picture.map')} nodeColor={({ type }) => COLOURS[MAP_COLOURS[type ?? ''] ?? 'shared']} />}
    </ReactFlow>
  );
}

const READABLE = 0.6; // a large picture begins at a size that can be read, the map shows where one is
const MAP_COLOURS: Record<string, TopologyEdge['kind']> = { network: 'nat', container: 'veth', ports: 'port' };

const COLOURS: Record<TopologyEdge['kind'], string> = { nat: 'var(--mantine-color-blue-5)', veth: 'var(--mantine-color-teal-6)', port: 'var(--mantine-color-orange-6)', shared: 'var(--mantine-color-gray-5)' };

function edgeOf({ id, from, to, kind, label }: TopologyEdge): Edge {
  const colour = COLOURS[kind];
  return {
    id, source: from, target: to, focusable: false, ...(kind !== 'veth' && { label }), // a veth's address stands in the container's box
    style: { stroke: colour, strokeWidth: kind === 'veth' ? 2 : 1.6, ...(kind === 'nat' && { strokeDasharray: '6 4' }) },
    animated: kind === 'port',
    labelStyle: { fontSize: 11, fontFamily: 'var(--mantine-font-family-monospace)', fill: 'var(--mantine-color-text)' },
    labelBgStyle: { fill: 'var(--mantine-color-body)' },
    ...(kind === 'port' && to.startsWith('container') && { markerEnd: { type: MarkerType.ArrowClosed, color: colour } }),
  };
}
