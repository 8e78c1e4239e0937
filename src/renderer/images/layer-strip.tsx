// The layers of an image drawn to scale, lowest at the left, and the same as a list with who shares each.
import { Anchor, Badge, Box, Group, Paper, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { formatBytes } from '../ui/format.ts';
import type { stackOf } from './layer-map.ts';
import classes from './layer-strip.module.css';

type Layers = ReturnType<typeof stackOf>;
interface Props { layers: Layers; selected: number | undefined; onSelect: (layer: number) => void; /** of another image that holds a layer too */ nameOf: (image: string) => string }

/** More are counted instead of listed. */
const SHOWN_NAMES = 6;

const COLOURS = ['gantry', 'teal', 'grape', 'orange', 'cyan', 'pink', 'lime', 'violet', 'yellow', 'indigo'];
const colourOf = (position: number) => `var(--mantine-color-${COLOURS[position % COLOURS.length]}-5)`;

export function LayerStrip({ layers, selected, onSelect, nameOf }: Props) {
  const { t } = useTranslation();
  if (layers.length === 0) return null;
  const sharedBytes = layers.filter((layer) => layer.sharedWith.length > 0).reduce((sum, layer) => sum + layer.sizeBytes, 0);
  const total = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text size="sm" fw={600}>{t('images:layers.title', { count: layers.length })}</Text>
          <Text size="sm" c="var(--gantry-subtle)" className="numeric">{t('images:layers.sums', { shared: formatBytes(sharedBytes), own: formatBytes(total - sharedBytes) })}</Text>
        </Group>
        <div className={classes.strip} role="group" aria-label={t('images:layers.title', { count: layers.length })}>
          {layers.map((layer, position) => (
            <Tooltip key={layer.index} label={<Box maw={420}><Text size="xs" fw={600}>{formatBytes(layer.sizeBytes)}</Text><Text size="xs" lineClamp={4}>{readable(layer.createdBy)}</Text>{layer.sharedWith.length > 0 && <Text size="xs" mt={4}>{t('images:layers.with', { names: namesOf(layer.sharedWith, nameOf) })}</Text>}</Box>} multiline>
              <UnstyledButton
                className={classes.part}
                style={{ flexGrow: Math.max(layer.sizeBytes, total * 0.002), background: colourOf(position) }}
                aria-label={t('images:layers.part', { number: position + 1, size: formatBytes(layer.sizeBytes), by: readable(layer.createdBy) })}
                aria-pressed={selected === layer.index}
                {...(layer.sharedWith.length > 0 ? { 'data-shared': true } : {})}
                onClick={() => onSelect(layer.index)}
              />
            </Tooltip>
          ))}
        </div>
      </Stack>
    </Paper>
  );
}

export function LayerList({ layers, selected, onSelect, nameOf, linkOf }: Props & { linkOf: (image: string) => string }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder>
      {layers.map((layer, position) => (
        <div key={layer.index} className={classes.entry}>
          <UnstyledButton className={classes.line} aria-expanded={selected === layer.index} onClick={() => onSelect(layer.index)}>
            <span className={classes.chip} style={{ background: colourOf(position) }} />
            <Text size="sm" c="var(--gantry-subtle)" w={24} className="numeric">{position + 1}</Text>
            <Text size="sm" ff="monospace" lineClamp={selected === layer.index ? 20 : 1} flex={1} style={{ overflowWrap: 'anywhere' }}>{readable(layer.createdBy)}</Text>
            {layer.sharedWith.length > 0 && <Badge color="teal" size="sm">{t('images:layers.shared', { count: layer.sharedWith.length })}</Badge>}
            <Text size="sm" className="numeric" w={76} ta="right">{formatBytes(layer.sizeBytes)}</Text>
          </UnstyledButton>
          {selected === layer.index && (
            <Stack gap={4} px={62} pb="sm">
              <Text size="xs" ff="monospace" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{layer.diffId}</Text>
              {layer.sharedWith.length === 0 ? <Text size="sm" c="var(--gantry-subtle)">{t('images:layers.alone')}</Text> : (
                <Text size="sm" component="div">{t('images:layers.alsoIn')} {layer.sharedWith.map((id) => <Anchor key={id} component={Link} href={linkOf(id)} size="sm" me={10}>{nameOf(id)}</Anchor>)}</Text>
              )}
            </Stack>
          )}
        </div>
      ))}
    </Paper>
  );
}

function namesOf(images: readonly string[], nameOf: (image: string) => string): string {
  const more = images.length - SHOWN_NAMES;
  return `${images.slice(0, SHOWN_NAMES).map(nameOf).join(', ')}${more > 0 ? ` +${more}` : ''}`;
}

/** The instruction without the wrapping that old and new builders put around it. */
export function readable(createdBy: string): string {
  return createdBy.replace(/^\/bin\/sh -c #\(nop\)\s+/, '').replace(/^(RUN )?\/bin\/sh -c /, 'RUN ').replace(/\s+# buildkit$/, '').replace(/\s+/g, ' ').trim() || '–';
}
