// What the tree shows: this layer or everything, a filter by text, glob or expression, marks, order.
import { ActionIcon, Chip, Group, Indicator, MultiSelect, Popover, SegmentedControl, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconArrowsMinimize, IconFilter, IconSearch } from '@tabler/icons-react';
import type { Dispatch } from 'react';
import { useTranslation } from 'react-i18next';
import { KINDS, type RowFilter } from '../../main/contract/layers.ts';
import { formatBytes } from '../ui/format.ts';
import type { ExplorerAction, ExplorerState } from './explorer-state.ts';
import classes from './layers.module.css';
import { CHANGES, ink, MARK_COLOURS, markNumber } from './marks.ts';

const MODES = ['text', 'glob', 'regex'] as const;

export function TreeToolbar({ state, dispatch, matchCount, error, isComparison }: { state: ExplorerState; dispatch: Dispatch<ExplorerAction>; matchCount: number; error: string | undefined; isComparison: boolean }) {
  const { t } = useTranslation();
  const { filter } = state;
  const change = (part: RowFilter) => dispatch({ type: 'filter', filter: { ...filter, ...part } });
  return (
    <div className={classes.paneHead}>
      <Group gap={8} wrap="nowrap">
        {!isComparison && <SegmentedControl size="xs" style={{ flex: 'none' }} aria-label={t('layers:scope.label')} value={state.scope} onChange={(scope) => dispatch({ type: 'scope', scope: scope as 'layer' | 'all' })}
          data={[{ value: 'all', label: t('layers:scope.all') }, { value: 'layer', label: t('layers:scope.layer') }]} />}
        <TextInput
          size="xs" flex={1} miw={120} leftSection={<IconSearch size={14} />} aria-label={t('layers:filter.label')} placeholder={t(`layers:filter.${filter.mode ?? 'text'}`)}
          value={filter.pattern ?? ''} error={error !== undefined} onChange={(event) => change({ pattern: event.currentTarget.value })}
          rightSectionWidth={70} rightSection={matchCount >= 0 && filter.pattern ? <Text size="xs" c="var(--gantry-subtle)" className="numeric">{t('layers:filter.matches', { count: matchCount })}</Text> : undefined}
        />
        <SegmentedControl size="xs" style={{ flex: 'none' }} aria-label={t('layers:filter.mode')} value={filter.mode ?? 'text'} onChange={(mode) => change({ mode: mode as (typeof MODES)[number] })} data={MODES.map((mode) => ({ value: mode, label: { text: 'Aa', glob: '*?', regex: '.*' }[mode] }))} />
        <Tooltip label={t(state.isAllOpen ? 'layers:closeAll' : 'layers:openAll')}>
          <ActionIcon aria-label={t(state.isAllOpen ? 'layers:closeAll' : 'layers:openAll')} onClick={() => dispatch({ type: 'openAll', isAllOpen: !state.isAllOpen })}>{state.isAllOpen ? <IconArrowsMinimize size={16} /> : <IconArrowsMaximize size={16} />}</ActionIcon>
        </Tooltip>
      </Group>
      {error !== undefined && <Text size="xs" c={ink('red')} mt={4} role="alert" style={{ overflowWrap: 'anywhere' }}>{error}</Text>}
      <Group gap={5} mt={7} wrap="nowrap" style={{ overflowX: 'auto', scrollbarWidth: 'none' }}>
        {CHANGES.map((mark) => {
          const number = markNumber(mark);
          const isOn = filter.marks?.includes(number) ?? false;
          return <Chip key={mark} size="xs" variant="light" icon={null} styles={{ label: { paddingInline: 9 }, iconWrapper: { display: 'none' } }} color={MARK_COLOURS[mark]} checked={isOn} onChange={() => change({ marks: isOn ? (filter.marks ?? []).filter((other) => other !== number) : [...(filter.marks ?? []), number] })}>{t(`layers:marks.${mark}`)}</Chip>;
        })}
        <MoreFilters filter={filter} change={change} />
      </Group>
    </div>
  );
}

const SIZES = [0, 1e5, 1e6, 1e7, 1e8];
const KIND_CHOICES = ['file', 'dir', 'symlink', 'char', 'block', 'fifo'] as const;

function MoreFilters({ filter, change }: { filter: RowFilter; change: (part: RowFilter) => void }) {
  const { t } = useTranslation();
  const isActive = (filter.minBytes ?? 0) > 0 || (filter.kinds?.length ?? 0) > 0;
  return (
    <Popover position="bottom-end" withArrow shadow="md">
      <Indicator disabled={!isActive} size={7} offset={3} ml="auto"><Popover.Target><ActionIcon aria-label={t('layers:moreFilters')} title={t('layers:moreFilters')}><IconFilter size={16} /></ActionIcon></Popover.Target></Indicator>
      <Popover.Dropdown>
        <Stack gap="xs" w={210}>
          <Select size="xs" label={t('layers:minSize')} comboboxProps={{ withinPortal: false }} value={String(filter.minBytes ?? 0)} onChange={(value) => change({ minBytes: Number(value) })} data={SIZES.map((bytes) => ({ value: String(bytes), label: bytes === 0 ? t('layers:anySize') : `≥ ${formatBytes(bytes)}` }))} />
          <MultiSelect size="xs" label={t('layers:kindsLabel')} comboboxProps={{ withinPortal: false }} placeholder={filter.kinds?.length ? '' : t('layers:anyKind')} value={(filter.kinds ?? []).map(String)} onChange={(values) => change({ kinds: values.map(Number) })} data={KIND_CHOICES.map((kind) => ({ value: String(KINDS.indexOf(kind)), label: t(`layers:kinds.${kind}`) }))} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
