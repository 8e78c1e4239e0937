// The history of one path: each layer that wrote, changed or removed it, by which instruction, and what its copy costs.
import { Badge, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ExplorerImage, PathEvent } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import classes from './layers.module.css';
import { layerColour, MARK_COLOURS } from './marks.ts';

export function PathHistory({ image, events, chosen, onChoose }: { image: ExplorerImage; events: PathEvent[]; chosen: number | undefined; onChoose: (layer: number) => void }) {
  const { t } = useTranslation();
  const shown = events.filter((event) => event.mark !== 'through');
  const costs = shown.reduce((sum, event) => sum + (event.state?.storedBytes ?? 0), 0);
  return (
    <div>
      <Group justify="space-between"><Text size="xs" fw={600}>{t('layers:history')}</Text>{costs > 0 && shown.length > 1 && <Text size="xs" c="var(--gantry-subtle)" className="numeric">{t('layers:allCopies', { size: formatBytes(costs) })}</Text>}</Group>
      <Stack gap={1} mt={4}>
        {shown.map((event) => (
          <UnstyledButton key={event.layer} className={classes.event} aria-pressed={event.layer === chosen} disabled={event.state === undefined} onClick={() => onChoose(event.layer)}>
            <Group gap={7} wrap="nowrap">
              <span style={{ width: 8, height: 8, borderRadius: 2, background: layerColour(event.layer), flex: 'none' }} />
              <Text size="xs" className={`numeric ${classes.clip}`}>{image.comparison ? [image.comparison.before, image.comparison.after][event.layer] : event.layer}</Text>
              <Badge size="xs" color={MARK_COLOURS[event.mark]}>{t(`layers:marks.${event.mark}`)}</Badge>
              {event.state && event.state.kind === 1 && <Text size="xs" ml="auto" className="numeric">{formatBytes(event.state.storedBytes)}</Text>}
            </Group>
            {!image.comparison && <Text size="xs" c="var(--gantry-subtle)" ff="monospace" lineClamp={2} mt={2}>{image.layers[event.layer]?.instruction}</Text>}
          </UnstyledButton>
        ))}
      </Stack>
    </div>
  );
}
