// The heading of a project in the list: how many run, and what can be done to all of them.
import { ActionIcon, Group, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { containerActions, type Container } from './container-actions.ts';

const VERBS = ['start', 'stop', 'restart'];

export function GroupHead({ group, items, isClosed, onFold }: { group: string; items: Container[]; isClosed: boolean; onFold: () => void }) {
  const { t } = useTranslation();
  const title = group === '' ? t('containers:group.none') : group;
  const running = items.filter((item) => item.row.State === 'running').length;
  return (
    <Group gap="sm" wrap="nowrap">
      <UnstyledButton aria-expanded={!isClosed} onClick={onFold} aria-label={title}>
        <Group gap={6} wrap="nowrap">{isClosed ? <IconChevronRight size={15} /> : <IconChevronDown size={15} />}<Text size="sm" fw={620}>{title}</Text></Group>
      </UnstyledButton>
      <Text size="xs" c="var(--gantry-subtle)" className="numeric">{t('containers:group.running', { running, total: items.length })}</Text>
      {group !== '' && (
        <Group gap={2} wrap="nowrap" ml="auto">
          {containerActions.filter((action) => VERBS.includes(action.id)).map((action) => {
            const fitting = items.filter((item) => action.appliesTo([item]));
            return <Tooltip key={action.id} label={t(action.label)}><ActionIcon aria-label={`${t(action.label)}: ${title}`} disabled={fitting.length === 0} onClick={() => void action.perform(fitting)}><action.icon size={15} /></ActionIcon></Tooltip>;
          })}
        </Group>
      )}
    </Group>
  );
}
