// Actions as a row's menu, and as a bar above a table for what is selected.
import { ActionIcon, Button, Group, Kbd, Menu, Paper, Text, Tooltip } from '@mantine/core';
import { IconDots, IconX } from '@tabler/icons-react';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textColour, viewCommands, type Action } from '../actions.ts';
import classes from './row-actions.module.css';

/** A menu is a heavy thing and a list has many rows: it is made when its button is first pressed. */
export function RowMenu<T>({ actions, row, name }: { actions: Action<T>[]; row: T; name: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const button = (
    <button type="button" className={classes.button} aria-label={t('table.actionsFor', { name })} aria-haspopup="menu" onClick={isOpen ? undefined : () => setOpen(true)}>
      <IconDots size={16} aria-hidden />
    </button>
  );
  if (!isOpen) return button;
  return (
    <Menu opened onChange={setOpen} trapFocus returnFocus>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {actions.filter((action) => action.appliesTo([row])).map((action) => (
          <Menu.Item key={action.id} leftSection={<action.icon size={16} />} {...(action.shortcut ? { rightSection: <Kbd size="xs">{action.shortcut === 'Delete' ? 'Del' : action.shortcut}</Kbd>, 'aria-keyshortcuts': action.shortcut } : {})} {...(action.colour ? { color: action.colour } : {})} onClick={() => void action.perform([row])}>{t(action.label)}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One icon button for an action that is at hand often. */
export function QuickAction<T>({ action, row, name }: { action: Action<T>; row: T; name: string }) {
  const { t } = useTranslation();
  const label = `${t(action.label)}: ${name}`;
  return (
    <Tooltip label={t(action.label)}>
      <ActionIcon aria-label={label} onClick={() => void action.perform([row])}><action.icon size={16} /></ActionIcon>
    </Tooltip>
  );
}

/** Does what a key stands for to the selection, or without one to the row under the cursor. */
export function performByKey<T>(actions: Action<T>[], event: KeyboardEvent, items: T[], current: T | undefined): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const chosen = items.length > 0 ? items : current === undefined ? [] : [current];
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const action = actions.find((each) => each.shortcut === key && each.appliesTo(chosen));
  if (!action) return;
  event.preventDefault();
  void action.perform(chosen);
}

/** Shown while something is selected. */
export function SelectionBar<T>({ actions, items, onClear }: { actions: Action<T>[]; items: T[]; onClear: () => void }) {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <Paper withBorder px="sm" py={6} role="toolbar" aria-label={t('table.selectionActions')}>
      <Group gap="xs">
        <Text size="sm" fw={560} className="numeric">{t('table.selected', { count: items.length })}</Text>
        {actions.filter((action) => action.appliesTo(items)).map((action) => (
          <Button key={action.id} size="compact-sm" variant="default" leftSection={<action.icon size={15} />} {...(action.colour ? { c: textColour(action.colour) } : {})} onClick={() => void action.perform(items)}>{t(action.label)}</Button>
        ))}
        <ActionIcon ml="auto" aria-label={t('table.clearSelection')} onClick={onClear}><IconX size={16} /></ActionIcon>
      </Group>
    </Paper>
  );
}

/** Puts the actions that fit the selection into the palette while the view is shown. */
export function usePaletteActions<T>(view: string, group: string, actions: Action<T>[], items: T[]): void {
  const { t } = useTranslation();
  useEffect(() => {
    const commands = actions
      .filter((action) => action.appliesTo(items))
      .map((action) => ({ id: `${view} ${action.id}`, label: t(action.label), group, icon: action.icon, run: () => void action.perform(items) }));
    viewCommands.set((now) => ({ ...now, [view]: commands }));
    return () => viewCommands.set(({ [view]: _mine, ...rest }) => rest);
  }, [view, group, actions, items, t]);
}
