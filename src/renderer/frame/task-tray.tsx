// Long-running things: what runs, how far it is, how fast, and a way to stop each.
import { ActionIcon, Badge, Button, CloseButton, Group, Indicator, Popover, Progress, ScrollArea, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconCheck, IconLoader2, IconStackPush } from '@tabler/icons-react';
import { useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { cancelTask, clearEndedTasks, tasks, type Task, type TaskPart } from '../tasks.ts';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { createStore, useStore } from '../store.ts';

export const trayOpen = createStore(false);

export function TaskTray() {
  const { t } = useTranslation();
  const list = useStore(tasks);
  const isOpen = useStore(trayOpen);
  const running = list.filter((task) => task.state === 'running').length;
  // A tray that a task opened is a notice beside the page; one that a person opened takes the keyboard.
  const [isAsked, setAsked] = useState(false);
  const set = (open: boolean, asked = false) => {
    trayOpen.set(open);
    setAsked(open && asked);
  };
  useHotkeys(isOpen ? [['Escape', () => set(false)]] : []);
  return (
    <Popover opened={isOpen} onChange={(open) => set(open)} width={420} position="bottom-end" shadow="md" trapFocus={isAsked}>
      <Indicator label={running} disabled={running === 0} size={16} offset={5}>
        <Popover.Target>
          <ActionIcon size="lg" aria-label={t('tasks.open', { count: running })} aria-expanded={isOpen} onClick={() => set(!isOpen, true)}><IconStackPush size={18} stroke={1.7} /></ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t('tasks.title')}>
        <Group justify="space-between" px="md" py="xs" style={{ borderBottom: '1px solid var(--gantry-line)' }}>
          <Text fw={600} size="sm">{t('tasks.title')}</Text>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={clearEndedTasks} disabled={running === list.length}>{t('tasks.clear')}</Button>
        </Group>
        <ScrollArea.Autosize mah={460}>
          {list.length === 0 && <Text c="dimmed" size="sm" p="lg" ta="center">{t('tasks.none')}</Text>}
          <Stack gap={0} role="list">{list.map((task) => <TaskRow key={task.id} task={task} />)}</Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { t } = useTranslation();
  const isRunning = task.state === 'running';
  const percent = task.total ? Math.min(100, ((task.current ?? 0) / task.total) * 100) : undefined;
  return (
    <Stack gap={6} px="md" py="sm" role="listitem" style={{ borderBottom: '1px solid var(--gantry-line)' }}>
      <Group gap="xs" wrap="nowrap">
        <StateIcon state={task.state} />
        <Text size="sm" fw={550} truncate flex={1}>{task.href && task.state === 'done' ? <Link href={task.href} onClick={() => trayOpen.set(false)}>{task.title}</Link> : task.title}</Text>
        {task.host && <Badge color="gray" size="sm">{task.host}</Badge>}
        {isRunning && <CloseButton size="sm" aria-label={t('tasks.cancel', { title: task.title })} onClick={() => cancelTask(task.id)} />}
      </Group>
      {isRunning && <Progress value={percent ?? 100} animated={percent === undefined} size="sm" aria-label={task.title} />}
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <Text size="xs" c={task.state === 'failed' ? 'red' : 'dimmed'} lineClamp={task.state === 'failed' ? 4 : 1} flex={1}>{task.error ?? (isRunning ? task.status : t(`tasks.state.${task.state}`))}</Text>
        <Text size="xs" c="dimmed" className="numeric">{figures(task)}</Text>
      </Group>
      {isRunning && task.parts.length > 0 && <Parts parts={task.parts} />}
    </Stack>
  );
}

function Parts({ parts }: { parts: TaskPart[] }) {
  return (
    <Stack gap={3}>
      {parts.map((part) => (
        <Group key={part.id} gap="xs" wrap="nowrap">
          <Text size="xs" ff="monospace" c="dimmed" w={92} truncate>{part.label}</Text>
          <Progress value={part.isDone ? 100 : part.total ? ((part.current ?? 0) / part.total) * 100 : 0} {...(part.isDone && { color: 'teal' })} size={4} flex={1} aria-label={part.label} />
          <Text size="xs" c="dimmed" w={128} ta="right" truncate className="numeric">{part.total && !part.isDone ? `${formatBytes(part.current ?? 0)} / ${formatBytes(part.total)}` : part.status}</Text>
        </Group>
      ))}
    </Stack>
  );
}

function figures(task: Task): string {
  if (task.state !== 'running') return task.endedAtMs ? formatDuration(task.endedAtMs - task.startedAtMs) : '';
  if (!task.bytesPerSecond) return '';
  const left = task.total && task.current !== undefined ? (task.total - task.current) / task.bytesPerSecond : undefined;
  return `${formatBytes(task.bytesPerSecond)}/s${left === undefined ? '' : ` · ${formatDuration(left * 1000)}`}`;
}

function StateIcon({ state }: { state: Task['state'] }) {
  const shown = { running: [IconLoader2, 'gantry'], done: [IconCheck, 'teal'], failed: [IconAlertTriangle, 'red'], cancelled: [IconBan, 'gray'] } as const;
  const [Icon, colour] = shown[state];
  return <Icon size={16} color={`var(--mantine-color-${colour}-6)`} aria-hidden />;
}
