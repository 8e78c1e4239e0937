// What makes a container one: namespaces, control groups and the stack of layers, as the kernel has them now.
// Only our own engine tells; beside another engine the card is not there.
import { Badge, Code, Group, List, Stack, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Isolation } from '../../../main/contract/container-tools.ts';
import { rpc } from '../../rpc.ts';
import { Card } from './card.tsx';

/** Controllers whose limits a person sets; the others are in the Inspect tab. */
const SHOWN = ['memory', 'cpu', 'pids', 'cpuset', 'unified'];

export function IsolationCard({ host, id, pid }: { host: string; id: string; pid: number }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: [host, 'isolation', id, pid], queryFn: ({ signal }) => rpc.containerTools.isolation({ host, id }, { signal }) });
  if (!data) return null;
  return (
    <Card title={t('container:isolation.title')}>
      <Stack gap="sm">
        <section aria-label={t('container:isolation.namespaces')}>
          <Text size="xs" c="var(--gantry-subtle)" mb={4}>{t('container:isolation.namespacesHint')}</Text>
          <Group gap={6}>
            {data.namespaces.map(({ type, inode, isOwn }) => (
              <Tooltip key={type} label={t(isOwn ? 'container:isolation.own' : 'container:isolation.shared', { type, inode })}>
                <Badge size="sm" color={isOwn ? 'teal' : 'gray'} variant={isOwn ? 'light' : 'outline'}>{type}</Badge>
              </Tooltip>
            ))}
          </Group>
        </section>
        <Cgroups cgroups={data.cgroups} />
        {data.layers && <Layers layers={data.layers} />}
        <Text size="xs" c="var(--gantry-subtle)">{t('container:isolation.security', { seccomp: data.seccomp, capabilities: bits(data.capabilities.effective) })}</Text>
      </Stack>
    </Card>
  );
}

function Cgroups({ cgroups }: { cgroups: Isolation['cgroups'] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('container:isolation.cgroups')}>
      <Text size="xs" c="var(--gantry-subtle)" mb={4}>{t('container:isolation.cgroupsHint', { version: cgroups[0]?.version ?? 2 })}</Text>
      <List size="xs" listStyleType="none">
        {cgroups.filter(({ controller }) => SHOWN.includes(controller)).flatMap(({ limits }) => Object.entries(limits)).map(([file, value]) => (
          <List.Item key={file}><Code>{file}</Code> {value === '' ? '–' : value}</List.Item>
        ))}
      </List>
    </section>
  );
}

function Layers({ layers }: { layers: NonNullable<Isolation['layers']> }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('container:isolation.layers')}>
      <Text size="xs" c="var(--gantry-subtle)" mb={4}>{t('container:isolation.layersHint', { count: layers.lower.length })}</Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{`upper ${layers.upper}\n${layers.lower.map((folder) => `lower ${folder}`).join('\n')}`}</Code>
    </section>
  );
}

/** How many capabilities a mask like `00000000a80425fb` has. */
function bits(mask: string): number {
  return BigInt(`0x${mask || '0'}`).toString(2).replaceAll('0', '').length;
}
