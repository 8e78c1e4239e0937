// What the log view can be asked: text or expression, streams, levels, look, follow, export.
import { ActionIcon, Checkbox, Group, Menu, MultiSelect, Text, TextInput, Tooltip } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconArrowDownToArc, IconChevronDown, IconChevronUp, IconDownload, IconFilter, IconLetterCase, IconRegex, IconSearch, type Icon } from '@tabler/icons-react';
import type { KeyboardEvent, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogQuery } from '../../../main/contract/container-logs.ts';
import { LOG_LEVELS, type LogLevel } from '../../../main/contract/log-text.ts';

export interface LogLook { showTime: boolean; showLevel: boolean; prettyJson: boolean }
export const DEFAULT_LOOK: LogLook = { showTime: true, showLevel: true, prettyJson: true };
export const EMPTY_QUERY: LogQuery = { text: '', isRegex: false, isCaseSensitive: false, streams: [], levels: [] };

interface ToolbarProps {
  query: LogQuery;
  onQuery: (change: Partial<LogQuery>) => void;
  onlyHits: boolean;
  onOnlyHits: (only: boolean) => void;
  look: LogLook;
  onLook: (look: LogLook) => void;
  isFollowing: boolean;
  onFollow: () => void;
  /** `3 of 120`, or what is wrong */
  result: string;
  isWrong: boolean;
  onJump: (step: 1 | -1) => void;
  onExport: (format: 'text' | 'json') => void;
  searchRef: Ref<HTMLInputElement>;
}

export function LogToolbar({ searchRef, ...props }: ToolbarProps) {
  const { query, onQuery, look, onLook } = props;
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') props.onJump(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') onQuery({ text: '' });
  };
  return (
    <Group gap="xs" wrap="nowrap" role="toolbar" aria-label={t('container:logs.tools')}>
      <TextInput
        ref={searchRef}
        w={320}
        value={query.text}
        onChange={(event) => onQuery({ text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
        placeholder={t('container:logs.search')}
        aria-label={t('container:logs.search')}
        error={props.isWrong}
        leftSection={<IconSearch size={15} />}
        rightSectionWidth={60}
        rightSection={
          <Group gap={2} wrap="nowrap">
            <Toggle icon={IconLetterCase} label={t('container:logs.case')} isOn={query.isCaseSensitive} onClick={() => onQuery({ isCaseSensitive: !query.isCaseSensitive })} />
            <Toggle icon={IconRegex} label={t('container:logs.regex')} isOn={query.isRegex} onClick={() => onQuery({ isRegex: !query.isRegex })} />
          </Group>
        }
      />
      <Toggle icon={IconChevronUp} label={t('container:logs.previous')} isOn={false} onClick={() => props.onJump(-1)} />
      <Toggle icon={IconChevronDown} label={t('container:logs.next')} isOn={false} onClick={() => props.onJump(1)} />
      <Toggle icon={IconFilter} label={t('container:logs.onlyHits')} isOn={props.onlyHits} onClick={() => props.onOnlyHits(!props.onlyHits)} />
      <Text size="xs" c={props.isWrong ? 'red' : 'var(--gantry-subtle)'} className="numeric" miw={90} truncate role="status">{props.result}</Text>
      <MultiSelect
        ml="auto"
        w={190}
        size="sm"
        aria-label={t('container:logs.levels')}
        placeholder={query.levels.length === 0 ? t('container:logs.levels') : ''}
        data={LOG_LEVELS.map((value) => ({ value, label: t(`container:logs.level.${value}`) }))}
        value={query.levels}
        onChange={(levels) => onQuery({ levels: levels as LogLevel[] })}
        clearable
      />
      <MultiSelect
        w={150}
        size="sm"
        aria-label={t('container:logs.streams')}
        placeholder={query.streams.length === 0 ? t('container:logs.streams') : ''}
        data={['stdout', 'stderr']}
        value={query.streams}
        onChange={(streams) => onQuery({ streams: streams as LogQuery['streams'] })}
        maxValues={1}
        clearable
      />
      <Menu closeOnItemClick={false}>
        <Menu.Target><ActionIcon variant="default" size={34} aria-label={t('container:logs.look')}><IconAdjustmentsHorizontal size={17} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {(['showTime', 'showLevel', 'prettyJson'] as const).map((key) => (
            <Menu.Item key={key} onClick={() => onLook({ ...look, [key]: !look[key] })} leftSection={<Checkbox size="xs" readOnly tabIndex={-1} checked={look[key]} aria-hidden />}>{t(`container:logs.${key}`)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target><ActionIcon variant="default" size={34} aria-label={t('container:logs.export')}><IconDownload size={17} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => props.onExport('text')}>{t('container:logs.exportText')}</Menu.Item>
          <Menu.Item onClick={() => props.onExport('json')}>{t('container:logs.exportJson')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={t('container:logs.follow')}>
        <ActionIcon size={34} variant={props.isFollowing ? 'filled' : 'default'} color={props.isFollowing ? 'gantry' : 'gray'} aria-pressed={props.isFollowing} aria-label={t('container:logs.follow')} onClick={props.onFollow}><IconArrowDownToArc size={17} /></ActionIcon>
      </Tooltip>
    </Group>
  );
}

function Toggle({ icon: Shown, label, isOn, onClick }: { icon: Icon; label: string; isOn: boolean; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={26} variant={isOn ? 'light' : 'subtle'} color={isOn ? 'gantry' : 'gray'} aria-label={label} aria-pressed={isOn} onClick={onClick}><Shown size={16} /></ActionIcon>
    </Tooltip>
  );
}
