// The kinds of boxes in the picture.
import { Badge, Group, Text } from '@mantine/core';
import { Handle, Position, type NodeProps, type Node } from '@xyflow/react';
import { IconArrowRightToArc, IconBox, IconNetwork, IconServer2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './topology.module.css';
import { SHOWN_INTERFACES, SHOWN_PORTS } from './topology-layout.ts';
import type { TopologyNode } from './topology.ts';

export type FlowNode<K extends TopologyNode['kind'] = TopologyNode['kind']> = Node<{ node: Extract<TopologyNode, { kind: K }>; isTarget?: boolean }, K>;

export const nodeTypes = { machine: MachineNode, network: NetworkNode, container: ContainerNode, ports: PortsNode };

function MachineNode({ data: { node } }: NodeProps<FlowNode<'machine'>>) {
  const { t } = useTranslation();
  return (
    <div className={classes.machine} style={{ width: '100%', height: '100%' }}>
      <Group gap={8} wrap="nowrap"><IconServer2 size={18} aria-hidden /><Text fw={600} size="sm" truncate>{node.name}</Text></Group>
      {node.interfaces?.slice(0, SHOWN_INTERFACES).map(({ name, addresses, isUp, isDefault }) => (
        <Text key={name} size="xs" truncate title={addresses.join('\n')} {...(!isUp && { c: 'var(--gantry-subtle)' })}>
          <Text span inherit ff="monospace">{name} {addresses[0] ?? '–'}</Text>
          {isDefault && <Text span inherit c="var(--gantry-subtle)"> · {t('networks:picture.default')}</Text>}
        </Text>
      ))}
      {(node.interfaces?.length ?? 0) > SHOWN_INTERFACES && <Text size="xs" c="var(--gantry-subtle)">+{(node.interfaces?.length ?? 0) - SHOWN_INTERFACES}</Text>}
      {!node.interfaces?.length && <Text size="xs" c="var(--gantry-subtle)">{t(node.interfaces ? 'networks:picture.noInterface' : 'networks:picture.machine')}</Text>}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function NetworkNode({ data: { node, isTarget } }: NodeProps<FlowNode<'network'>>) {
  const { t } = useTranslation();
  return (
    <div className={classes.network} data-target={isTarget || undefined} style={{ width: '100%', height: '100%' }}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Group gap={8} wrap="nowrap">
        <IconNetwork size={17} aria-hidden />
        <Text fw={600} size="sm" truncate flex={1}>{node.name}</Text>
        {node.isInternal ? <Badge size="xs" color="yellow">{t('networks:internal')}</Badge> : <Badge size="xs" color="gray">{node.driver}</Badge>}
      </Group>
      <Text size="xs" ff="monospace" truncate>{node.subnets.join(' ')}</Text>
      <Text size="xs" c="var(--gantry-subtle)" truncate>{t('networks:picture.gateway', { device: node.device, address: node.gateways.join(' ') || '–' })}</Text>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function PortsNode({ data: { node } }: NodeProps<FlowNode<'ports'>>) {
  const { t } = useTranslation();
  const more = node.ports.length - SHOWN_PORTS;
  return (
    <div className={classes.ports} style={{ width: '100%', height: '100%' }}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Group gap={6} wrap="nowrap"><IconArrowRightToArc size={14} aria-hidden /><Text size="xs" c="var(--gantry-subtle)" truncate>{t('networks:picture.ports')}</Text></Group>
      {node.ports.slice(0, SHOWN_PORTS).map((port) => <Text key={port} size="xs" ff="monospace" truncate>{port}</Text>)}
      {more > 0 && <Text size="xs" c="var(--gantry-subtle)">+{more}</Text>}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function ContainerNode({ data: { node } }: NodeProps<FlowNode<'container'>>) {
  const { t } = useTranslation();
  return (
    <div className={classes.container} data-stopped={!node.isRunning || undefined} style={{ width: '100%', height: '100%' }}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Group gap={8} wrap="nowrap"><IconBox size={17} aria-hidden /><Text fw={600} size="sm" truncate flex={1}>{node.name}</Text></Group>
      {node.addresses.map(({ address, device }) => <Text key={address} size="xs" ff="monospace" truncate>{device} {address}</Text>)}
      <Text size="xs" c="var(--gantry-subtle)" truncate>{t(`networks:picture.places.${node.place}`, { name: node.namespace && (node.place === 'shared' ? node.namespace : ` ${node.namespace}`) })}</Text>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
