// The picture of a host's networks. A click opens the object; a running container dropped on a network joins it.
import '@xyflow/react/dist/style.css';
import { Background, Controls, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, type NodeChange, applyNodeChanges } from '@xyflow/react';
import { Alert, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type MouseEvent as ReactMouseEvent } from 'react';
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
import { EDGE_COLOURS, edgeOf, edgeTypes, type RoutedEdge } from './topology-edge.tsx';
import { TopologyLegend } from './topology-legend.tsx';
import { layOut, sizeOf, type Layout } from './topology-layout.ts';
import { nodeTypes, type FlowNode } from './topology-nodes.tsx';
import { topologyOf, type Topology, type TopologyEdge, type TopologyNode } from './topology.ts';

interface Props { host: HostSummary; networks: Network[]; containers: HostRow<ContainerRow>[] }

export function TopologyView({ host, networks, containers }: Props) {
  const { t } = useTranslation();
  // What the kernel has changes with who runs where: asked anew then, and only then.
  const running = containers.map(({ row }) => `${row.Id} ${row.State} ${Object.keys(row.NetworkSettings?.Networks ?? {}).join()}`).toSorted().join();
  const devices = useQuery({ queryKey: [host.id, 'network-devices', running, networks.length], queryFn: ({ signal }) => rpc.networks.devices({ host: host.id }, { signal }), placeholderData: (before) => before, gcTime: 0 });
  const topology = useMemo(() => topologyOf(host.name, networks, containers, devices.data), [host.name, networks, containers, devices.data]);
  const shape = JSON.stringify([topology.nodes.map((node) => [node.id, sizeOf(node)]), topology.edges.map(({ id, label }) => [id, label])]);
  const laidOut = useQuery({ queryKey: [host.id, 'topology-layout', shape], queryFn: async () => ({ shape, topology, layout: await layOut(topology) }), placeholderData: (before) => before, gcTime: 0, enabled: !devices.isFetching }).data;
  if (!laidOut || devices.isPending) return <LoadingRows count={4} />;
  return (
    <>
      {containers.length === 0 && <Alert color="gray">{t('networks:picture.empty')}</Alert>}
      <TopologyLegend />
      <div className={classes.canvas} role="figure" aria-label={t('networks:picture.label', { host: host.name })}>
        <ReactFlowProvider><Picture key={laidOut.shape} host={host} topology={laidOut.shape === shape ? topology : laidOut.topology} layout={laidOut.layout} /></ReactFlowProvider>
      </div>
    </>
  );
}

function Picture({ host, topology, layout: { places, routes } }: { host: HostSummary; topology: Topology; layout: Layout }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const scheme = useComputedColorScheme();
  const isLarge = topology.nodes.length > 30;
  const flow = useReactFlow<FlowNode, RoutedEdge>();
  const [moved, setMoved] = useState<FlowNode[]>();
  const [target, setTarget] = useState<string>();
  const placed = useMemo(() => topology.nodes.map((node) => ({
    id: node.id, type: node.kind, position: places.get(node.id) ?? { x: 0, y: 0 }, ...sizeOf(node), data: { node }, draggable: node.kind === 'container' && node.isRunning, connectable: false,
    ariaLabel: `${t(`networks:picture.kinds.${node.kind}`)} ${node.name}`,
  }) as FlowNode), [topology, places, t]);
  const nodes = (moved ?? placed).map((node) => (node.id === target ? { ...node, data: { ...node.data, isTarget: true } } as FlowNode : node));
  const dragged = moved?.find((node) => node.dragging)?.id;
  const edges = useMemo(() => {
    const names = new Map(topology.nodes.map((node) => [node.id, `${t(`networks:picture.kinds.${node.kind}`)} ${node.name}`]));
    return topology.edges.map((edge) => edgeOf(edge, [edge.from, edge.to].includes(dragged ?? '') ? undefined : routes.get(edge.id), `${names.get(edge.from) ?? ''} – ${names.get(edge.to) ?? ''}`));
  }, [topology, routes, dragged, t]);
  /** Cards are as tall as two networks: the pointer says which is meant. */
  const under = (event: globalThis.MouseEvent | TouchEvent | ReactMouseEvent) => {
    const { clientX: x, clientY: y } = 'changedTouches' in event ? event.changedTouches[0] ?? { clientX: 0, clientY: 0 } : event;
    return flow.getIntersectingNodes({ ...flow.screenToFlowPosition({ x, y }), width: 1, height: 1 }).find(({ type }) => type === 'network');
  };
  const onDrop = async (over: TopologyNode | undefined, dropped: FlowNode) => {
    const { node } = dropped.data;
    setMoved(undefined);
    setTarget(undefined);
    if (node.kind !== 'container' || over?.kind !== 'network') return;
    if (node.networks.includes(over.name)) return;
    const names = { container: node.name, network: over.name };
    if (await attempt(t('networks:failed.connect', names), () => rpc.networks.connect({ host: host.id, id: over.networkId, container: node.containerId }))) notifyDone(t('networks:connected', names));
  };
  const open = (node: FlowNode['data']['node']) => {
    if (node.kind === 'network') go(`/networks/${host.id}/${node.networkId}`);
    else if (node.kind !== 'machine') go(`/containers/${host.id}/${node.containerId}`);
  };
  return (
    <ReactFlow<FlowNode, RoutedEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      colorMode={scheme}
      fitView
      fitViewOptions={{ maxZoom: 1.1, minZoom: isLarge ? READABLE : 0.1, padding: 0.12 }}
      minZoom={0.1}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      onNodesChange={(changes: NodeChange<FlowNode>[]) => { if (changes.some(({ type }) => type === 'position')) setMoved((now) => applyNodeChanges(changes, now ?? placed)); }}
      onNodeDrag={(event) => setTarget(under(event)?.id)}
      onNodeDragStop={(event, node) => void onDrop(under(event)?.data.node, node)}
      onNodeClick={(_event, node) => open(node.data.node)}
    >
      <Background gap={22} />
      <Controls showInteractive={false} />
      {isLarge && <MiniMap pannable zoomable ariaLabel={t('networks:picture.map')} nodeColor={({ type }) => EDGE_COLOURS[MAP_COLOURS[type ?? ''] ?? 'shared']} />}
    </ReactFlow>
  );
}

const READABLE = 0.6; // a large picture begins at a size that can be read, the map shows where one is
const MAP_COLOURS: Record<string, TopologyEdge['kind']> = { network: 'nat', container: 'veth', ports: 'port' };
