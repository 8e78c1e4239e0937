// The figures of an image and the ways to look at it.
import { Alert, Badge, Button, Group, Menu, RingProgress, SegmentedControl, Text } from '@mantine/core';
import { IconAlertTriangle, IconDownload, IconFileTypeHtml, IconGitCompare, IconJson } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExplorerImage } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';
import { ChoicePicker } from './choice-picker.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import type { Tab } from './explorer-state.ts';
import classes from './layers.module.css';
import { ink } from './marks.ts';
import { download } from './session.ts';

export const ExplorerHead = memo(function ExplorerHead({ image, tab, onTab }: { image: ExplorerImage; tab: Tab; onTab: (tab: Tab) => void }) {
  const { t } = useTranslation();
  const { totals } = image;
  const efficiency = 100 * totals.efficiency;
  const isComparison = image.comparison !== undefined;
  const tabs: Tab[] = isComparison ? ['files', 'sizes'] : ['files', 'sizes', 'contents', 'waste', 'advice'];
  const broken = image.layers.filter((layer) => layer.error !== undefined).length;
  const isWhole = !image.layers.some((layer) => layer.isAbsent);
  const counts: Partial<Record<Tab, number>> = isComparison ? {} : { waste: image.wasteCount, advice: image.advice.length };
  return (
    <>
    {broken > 0 && <Alert color="red" py={6} icon={<IconAlertTriangle size={16} />}><Text size="sm">{t('layers:incomplete', { count: broken })}</Text></Alert>}
    <Group justify="space-between" wrap="wrap" gap="sm">
      {!isComparison && (
        <Group gap="lg" wrap="nowrap">
          {isWhole && <Group gap={8} wrap="nowrap">
            <RingProgress size={44} thickness={5} roundCaps sections={[{ value: efficiency, color: efficiency > 95 ? 'green' : efficiency > 80 ? 'yellow' : 'red' }]} aria-hidden />
            <Figure label={t('layers:efficiency')} value={`${efficiency.toFixed(1)} %`} />
          </Group>}
          <Figure label={t(isWhole ? 'layers:stored' : 'layers:registry.storedSoFar')} value={formatBytes(totals.storedBytes)} />
          {isWhole && <Figure label={t('layers:reclaimableFigure')} value={formatBytes(totals.reclaimableBytes)} {...(totals.reclaimableBytes > 0 ? { colour: 'red' } : {})} />}
          <Figure label={t('layers:compressedFigure')} value={formatBytes(totals.compressedBytes)} />
          {isWhole && <Figure label={t('layers:duplicates')} value={formatBytes(totals.duplicateContentBytes)} />}
        </Group>
      )}
      <Group gap="xs" wrap="nowrap" ml="auto">
        <SegmentedControl size="sm" aria-label={t('layers:views')} value={tab} onChange={(next) => onTab(next as Tab)}
          data={tabs.map((value) => ({ value, label: <Group gap={5} wrap="nowrap">{t(`layers:tabs.${value}`)}{(counts[value] ?? 0) > 0 && <Text span size="xs" c="var(--gantry-subtle)" className="numeric">{counts[value]}</Text>}</Group> }))} />
      </Group>
    </Group>
    </>
  );
});

/** What can be done with all of it; stands beside the title. */
export function ExplorerActions({ session, image, onChoose }: { session: string; image: ExplorerImage; /** opens another of the image's choices */ onChoose?: (id: string) => void | Promise<void> }) {
  const { t } = useTranslation();
  const [isComparing, setComparing] = useState(false);
  const save = (format: 'json' | 'html') => void attempt(t('layers:saveFailed'), async () => {
    const { url, fileName } = await rpc.layers.export({ session, format });
    download(url, fileName);
  });
  return (
    <>
      {image.choices && onChoose ? <ChoicePicker choices={image.choices} onChoose={onChoose} /> : image.platform && <Badge color="gray">{image.platform}</Badge>}
      {image.comparison === undefined && <Button size="sm" variant="default" leftSection={<IconGitCompare size={16} />} onClick={() => setComparing(true)}>{t('layers:compare.open')}</Button>}
      <Menu>
        <Menu.Target><Button size="sm" variant="default" leftSection={<IconDownload size={16} />}>{t('layers:export')}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFileTypeHtml size={16} />} onClick={() => save('html')}>{t('layers:exportHtml')}</Menu.Item>
          <Menu.Item leftSection={<IconJson size={16} />} onClick={() => save('json')}>{t('layers:exportJson')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isComparing && <CompareDialog session={session} title={image.image} onClose={() => setComparing(false)} />}
    </>
  );
}

function Figure({ label, value, colour }: { label: string; value: string; colour?: string }) {
  return (
    <div className={classes.figure}>
      <Text size="xs" c="var(--gantry-subtle)">{label}</Text>
      <Text fw={650} size="lg" lh={1.25} className="numeric" {...(colour ? { c: ink(colour) } : {})}>{value}</Text>
    </div>
  );
}
