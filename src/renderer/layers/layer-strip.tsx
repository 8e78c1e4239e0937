// The layers drawn to scale over the whole width; the hatched part is what could be reclaimed. The list beside the tree has the words.
import { Box, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportLayer } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import classes from './layers.module.css';
import { layerColour } from './marks.ts';

export const LayerStrip = memo(function LayerStrip({ layers, selected, onSelect }: { layers: ReportLayer[]; selected: number; onSelect: (layer: number) => void }) {
  const { t } = useTranslation();
  const total = Math.max(1, layers.reduce((sum, layer) => sum + weight(layer), 0));
  return (
    <div className={classes.strip} role="group" aria-label={t('layers:strip')}>
      {layers.map((layer) => (
        <Tooltip key={layer.index} multiline maw={460} label={<Box><Text size="xs" fw={600}>{layer.index}: {formatBytes(layer.sizeBytes)}</Text><Text size="xs" lineClamp={4}>{layer.instruction}</Text></Box>}>
          <UnstyledButton
            className={classes.part}
            style={{ flexGrow: Math.max(weight(layer), total * 0.001), background: layerColour(layer.index), ...(layer.isAbsent ? { opacity: 0.35 } : {}) }}
            aria-label={t('layers:part', { number: layer.index, size: formatBytes(layer.sizeBytes), lost: formatBytes(layer.reclaimableBytes) })}
            aria-pressed={selected === layer.index}
            onClick={() => onSelect(layer.index)}
          >
            {layer.reclaimableBytes > 0 && <span className={classes.lost} style={{ height: `${Math.max(8, (100 * layer.reclaimableBytes) / layer.sizeBytes)}%` }} />}
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  );
});

/** A layer that is still in its registry is known by its compressed size alone. */
const weight = (layer: ReportLayer) => (layer.isAbsent ? layer.compressedBytes : layer.sizeBytes);
