// The layers in order, each with its instruction and sizes; lines of history that made no layer are thin. Up and down walk the layers.
import { Anchor, Badge, Group, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCloud } from '@tabler/icons-react';
import { memo, useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ExplorerImage, ReportLayer } from '../../main/contract/layers.ts';
import { formatAge, formatBytes } from '../ui/format.ts';
import type { DockerfileLines } from './dockerfile-lines.ts';
import classes from './layers.module.css';
import { CHANGES, ink, layerColour, MARK_COLOURS } from './marks.ts';

interface Props { image: ExplorerImage; dockerfile?: DockerfileLines | null | undefined; selected: number; onSelect: (layer: number) => void }

export const LayerList = memo(function LayerList({ image, dockerfile, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const largest = Math.max(1, ...image.layers.map((layer) => layer.sizeBytes));
  const steps = image.history.length > 0 ? image.history : image.layers.map((layer) => ({ instruction: layer.instruction, layer: layer.index }));
  useEffect(() => { // arrows walk the layers from the start, unless the person is somewhere already
    const box = list.current;
    if (document.activeElement === document.body) box?.focus({ preventScroll: true });
    box?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? image.layers.length - 1 : step === undefined ? undefined : Math.min(image.layers.length - 1, Math.max(0, selected + step));
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next);
  };
  return (
    <div ref={list} className={classes.scroll} role="listbox" tabIndex={0} aria-label={t('layers:list')} aria-activedescendant={`layer-${selected}`} onKeyDown={onKeyDown}>
      {steps.map((step, index) => {
        const layer = step.layer === undefined ? undefined : image.layers[step.layer];
        return layer === undefined
          ? <div key={index} className={classes.step} title={step.instruction} role="presentation"><span className={classes.clip}>{step.instruction}</span>{dockerfile && <LineLink dockerfile={dockerfile} index={index} />}</div>
          : <LayerItem key={index} layer={layer} largest={largest} isSelected={selected === layer.index} onSelect={onSelect} line={dockerfile && <LineLink dockerfile={dockerfile} index={index} />} />;
      })}
    </div>
  );
});

/** "Dockerfile:12", to where it was built. */
function LineLink({ dockerfile: { file, href, lines }, index }: { dockerfile: DockerfileLines; index: number }) {
  const { t } = useTranslation();
  const line = lines.get(index);
  if (line === undefined) return null;
  const name = file.split('/').at(-1) ?? file;
  return <Anchor component={Link} href={href} className={classes.line} title={t('layers:line', { file, first: line.first, last: line.last })} onClick={(event: MouseEvent) => event.stopPropagation()}>{name}:{line.first}</Anchor>;
}

function LayerItem({ layer, line, largest, isSelected, onSelect }: { layer: ReportLayer; line: ReactNode; largest: number; isSelected: boolean; onSelect: (layer: number) => void }) {
  const { t, i18n } = useTranslation();
  const kept = layer.sizeBytes - layer.reclaimableBytes;
  return (
    <div id={`layer-${layer.index}`} data-layer={layer.index} role="option" tabIndex={-1} aria-selected={isSelected} className={classes.layer} onClick={() => onSelect(layer.index)}>
      <Group justify="space-between" wrap="nowrap" gap={6} mb={3}>
        <Group gap={6} wrap="nowrap"><span style={{ width: 9, height: 9, borderRadius: 2, background: layerColour(layer.index), flex: 'none' }} /><Text size="xs" c="var(--gantry-subtle)" className="numeric">{layer.index}</Text>
          {layer.base && <Badge size="xs" color="gray" maw={130} title={layer.base}>{t('layers:fromBase', { name: layer.base })}</Badge>}
          {layer.isAbsent && <Badge size="xs" color="blue" variant="light" leftSection={<IconCloud size={10} />}>{t('layers:registry.there')}</Badge>}
          {layer.error && <Tooltip label={layer.error} multiline maw={420}><Badge size="xs" color="red" leftSection={<IconAlertTriangle size={10} />}>{t('layers:broken')}</Badge></Tooltip>}
        </Group>
        {line}
        <Text size="xs" fw={600} className="numeric" {...(layer.isAbsent ? { c: 'var(--gantry-subtle)' } : {})}>{formatBytes(layer.isAbsent ? layer.compressedBytes : layer.sizeBytes)}</Text>
      </Group>
      <div className={classes.instruction}>{layer.instruction || layer.diffId.slice(0, 19) || t('layers:unknownInstruction')}</div>
      {layer.error && isSelected && <Text size="xs" c={ink('red')} mt={4} style={{ overflowWrap: 'anywhere' }}>{layer.error}</Text>}
      <div className={classes.bar}>
        <i style={{ width: `${(100 * kept) / largest}%`, background: layerColour(layer.index) }} />
        <i style={{ width: `${(100 * layer.reclaimableBytes) / largest}%`, background: 'var(--mantine-color-red-6)' }} />
      </div>
      {isSelected && (
        <Group gap={8} mt={6}>
          {layer.created && !layer.created.startsWith('0001') && <Text size="xs" c="var(--gantry-subtle)" title={new Date(layer.created).toLocaleString()}>{formatAge(Date.parse(layer.created), i18n.language)}</Text>}
          {CHANGES.filter((mark) => layer.files[mark as keyof ReportLayer['files']] > 0).map((mark) => (
            <Text key={mark} size="xs" className="numeric" c={ink(MARK_COLOURS[mark])}>{t(`layers:marks.${mark}`)} {layer.files[mark as keyof ReportLayer['files']]}</Text>
          ))}
          {layer.compressedBytes > 0 && <Text size="xs" c="var(--gantry-subtle)" className="numeric">{t('layers:compressed', { size: formatBytes(layer.compressedBytes) })}</Text>}
          {layer.reclaimableBytes > 0 && <Text size="xs" c={ink('red')} className="numeric">{t('layers:reclaimable', { size: formatBytes(layer.reclaimableBytes) })}</Text>}
          {layer.sharedWith && <Text size="xs" c="var(--gantry-subtle)" title={layer.sharedWith.join('\n')}>{t('layers:shared', { count: layer.sharedWith.length })}</Text>}
        </Group>
      )}
    </div>
  );
}
