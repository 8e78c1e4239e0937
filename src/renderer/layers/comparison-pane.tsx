// What differs between two images besides files: configuration, and the layers of both as a waterfall, each bar beginning where the one
// before it ended.
import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ExplorerImage, ReportLayer } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import classes from './layers.module.css';
import { CHANGES, ink, MARK_COLOURS } from './marks.ts';

export function ComparisonPane({ image }: { image: ExplorerImage }) {
  const { t } = useTranslation();
  const { comparison } = image;
  if (comparison === undefined) return null;
  const { before, after, config, layers } = comparison;
  const sum = (side: ReportLayer[]) => side.reduce((bytes, layer) => bytes + layer.sizeBytes, 0);
  const difference = sum(layers.after) - sum(layers.before);
  const files = image.layers[1]?.files;
  const common = layers.before.findIndex((layer, index) => layer.diffId !== layers.after[index]?.diffId);
  const commonCount = common === -1 ? layers.before.length : common;
  const largest = Math.max(1, sum(layers.before), sum(layers.after));
  return (
    <div className={classes.scroll}>
      <Stack p="sm" gap="md">
        <div>
          <Text size="xs" c="var(--gantry-subtle)">{t('layers:compare.size')}</Text>
          <Text size="sm" className="numeric">{formatBytes(sum(layers.before))} → {formatBytes(sum(layers.after))} <Text span fw={600} c={ink(difference > 0 ? 'red' : 'green')}>{difference > 0 ? '+' : ''}{formatBytes(difference)}</Text></Text>
          <Group gap={8} mt={4}>{files && CHANGES.map((mark) => [mark, files[mark as keyof typeof files]] as const).filter(([, count]) => count > 0).map(([mark, count]) => <Text key={mark} size="xs" c={ink(MARK_COLOURS[mark])} className="numeric">{t(`layers:marks.${mark}`)} {count}</Text>)}</Group>
        </div>
        <div>
          <Text size="xs" fw={600} mb={4}>{t('layers:compare.config')}</Text>
          {config.length === 0 && <Text size="xs" c="var(--gantry-subtle)">{t('layers:compare.sameConfig')}</Text>}
          {config.map((change) => (
            <div key={change.key} style={{ marginBottom: 6 }}>
              <Text size="xs" fw={600}>{change.key}</Text>
              {change.before !== undefined && <Text size="xs" ff="monospace" c={ink('red')} style={{ overflowWrap: 'anywhere' }}>− {change.before}</Text>}
              {change.after !== undefined && <Text size="xs" ff="monospace" c={ink('green')} style={{ overflowWrap: 'anywhere' }}>+ {change.after}</Text>}
            </div>
          ))}
        </div>
        <div>
          <Text size="xs" fw={600} mb={4}>{t('layers:compare.common', { count: commonCount })}</Text>
          {([['red', before, layers.before], ['green', after, layers.after]] as const).map(([colour, name, side]) => (
            <div key={colour} style={{ marginBottom: 10 }}>
              <Text size="xs" c="var(--gantry-subtle)" className={classes.clip} title={name}>{name}</Text>
              {side.map((layer, index) => (
                <div key={layer.index} title={layer.instruction} style={{ marginTop: 3, opacity: index < commonCount ? 0.45 : 1 }}>
                  <Group justify="space-between" wrap="nowrap" gap={6}><Text size="xs" ff="monospace" className={classes.clip}>{layer.instruction || layer.diffId.slice(7, 19)}</Text><Text size="xs" className="numeric" style={{ whiteSpace: 'nowrap' }}>{formatBytes(layer.sizeBytes)}</Text></Group>
                  <div className={classes.bar} style={{ marginTop: 1 }}><i style={{ marginLeft: `${(100 * sum(side.slice(0, index))) / largest}%`, width: `${(100 * layer.sizeBytes) / largest}%`, minWidth: layer.sizeBytes > 0 ? 1 : 0, background: index < commonCount ? 'var(--mantine-color-gray-5)' : `var(--mantine-color-${colour}-6)` }} /></div>
                </div>
              ))}
            </div>
          ))}
        </div>
      </Stack>
    </div>
  );
}
