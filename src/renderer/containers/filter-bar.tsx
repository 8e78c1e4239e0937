// The filter of the list: words and `key:value`, quick choices with their counts, filters kept under a name.
import { ActionIcon, Button, Chip, Group, Menu, Switch, TextInput } from '@mantine/core';
import { IconBookmark, IconSearch, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../store.ts';
import { healthOf, type Container } from './container-actions.ts';
import { savedFilters } from './filters.ts';
import { askName } from './name-dialog.tsx';

const QUICK: { word: string; label: string; counts: (item: Container) => boolean }[] = [
  { word: 'state:running', label: 'containers:state.running', counts: (item) => item.row.State === 'running' },
  { word: 'state:exited', label: 'containers:state.exited', counts: (item) => item.row.State === 'exited' },
  { word: 'health:unhealthy', label: 'container:health.unhealthy', counts: (item) => healthOf(item) === 'unhealthy' },
];

interface FilterBarProps { text: string; onText: (text: string) => void; isGrouped: boolean; onGrouped: (isGrouped: boolean) => void; rows: Container[] }

export function FilterBar({ text, onText, isGrouped, onGrouped, rows }: FilterBarProps) {
  const { t } = useTranslation();
  const kept = useStore(savedFilters);
  const words = text.split(/\s+/).filter(Boolean);
  const toggle = (word: string) => onText((words.includes(word) ? words.filter((other) => other !== word) : [...words, word]).join(' '));
  const save = async () => {
    const name = await askName(t('containers:filter.save'), text);
    if (name) savedFilters.set((now) => [...now.filter((filter) => filter.name !== name), { name, text }]);
  };
  return (
    <Group gap="xs">
      <TextInput value={text} onChange={(event) => onText(event.currentTarget.value)} placeholder={t('containers:filter.placeholder')} aria-label={t('containers:search')} leftSection={<IconSearch size={15} />} w={380} />
      {QUICK.map(({ word, label, counts }) => {
        const count = rows.filter(counts).length;
        return (count > 0 || words.includes(word)) && <Chip key={word} size="xs" checked={words.includes(word)} onChange={() => toggle(word)}>{t(label)} {count}</Chip>;
      })}
      <Menu position="bottom-start">
        <Menu.Target><Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconBookmark size={14} />}>{t('containers:filter.saved')}</Button></Menu.Target>
        <Menu.Dropdown>
          {kept.map((filter) => <Menu.Item key={filter.name} onClick={() => onText(filter.text)} rightSection={<ActionIcon component="span" role="button" size="xs" aria-label={t('containers:filter.remove', { name: filter.name })} onClick={(event) => { event.stopPropagation(); savedFilters.set((now) => now.filter((other) => other.name !== filter.name)); }}><IconTrash size={12} /></ActionIcon>}>{filter.name}</Menu.Item>)}
          {kept.length > 0 && <Menu.Divider />}
          <Menu.Item disabled={text.trim() === ''} onClick={() => void save()}>{t('containers:filter.save')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Switch ml="auto" size="xs" label={t('containers:filter.byProject')} checked={isGrouped} onChange={(event) => onGrouped(event.currentTarget.checked)} />
    </Group>
  );
}
