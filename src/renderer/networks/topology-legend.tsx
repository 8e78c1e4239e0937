// What the lines of the picture mean.
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { EDGE_COLOURS, EDGE_DASHES } from './topology-edge.tsx';

const KINDS = ['nat', 'veth', 'port', 'shared'] as const;

export function TopologyLegend() {
  const { t } = useTranslation();
  return (
    <Group gap="4px 20px" role="list" aria-label={t('networks:picture.legend')}>
      {KINDS.map((kind) => (
        <Group key={kind} gap={7} wrap="nowrap" role="listitem">
          <svg width="26" height="8" aria-hidden><line x1="0" y1="4" x2="26" y2="4" style={{ stroke: EDGE_COLOURS[kind], strokeWidth: 2 }} strokeDasharray={EDGE_DASHES[kind]} /></svg>
          <Text size="xs" c="var(--gantry-subtle)">{t(`networks:picture.lines.${kind}`)}</Text>
        </Group>
      ))}
      <Text size="xs" c="var(--gantry-subtle)" ms="auto">{t('networks:picture.hint')}</Text>
    </Group>
  );
}
