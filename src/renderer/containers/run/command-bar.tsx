// The same thing as a command line: shown while the form changes, and read when somebody brings one.
import { ActionIcon, Button, Code, CopyButton, Group, Menu, Popover, Stack, Text, Textarea, Tooltip } from '@mantine/core';
import { IconBookmark, IconCheck, IconClipboardText, IconCopy, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mono } from '../../ui/mono.ts';
import { useStore } from '../../store.ts';
import { askName } from '../name-dialog.tsx';
import { commandLine, parseCommandLine } from './command-line.ts';
import type { Values } from './fields.ts';
import { removeTemplate, saveTemplate, templates } from './templates.ts';

export function CommandPreview({ values }: { values: Values }) {
  const { t } = useTranslation();
  const line = commandLine(values);
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Code block flex={1} mah={84} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', overflow: 'auto' }} tabIndex={0} role="region" aria-label={t('run:preview')}>{line}</Code>
      <CopyButton value={line}>{({ copied, copy }) => <Tooltip label={copied ? t('copied') : t('copy')}><ActionIcon size={32} variant="default" aria-label={t('run:copyLine')} onClick={copy}>{copied ? <IconCheck size={16} /> : <IconCopy size={16} />}</ActionIcon></Tooltip>}</CopyButton>
    </Group>
  );
}

export function ImportAndTemplates({ values, onValues }: { values: Values; onValues: (values: Values) => void }) {
  const { t } = useTranslation();
  const kept = useStore(templates);
  const [line, setLine] = useState('');
  const [said, setSaid] = useState('');
  const [isOpen, setOpen] = useState(false);
  const read = () => {
    try {
      const { values: found, unknown } = parseCommandLine(line);
      onValues(found);
      setSaid(unknown.length > 0 ? t('run:import.unknown', { flags: unknown.join(' ') }) : '');
      if (unknown.length === 0) setOpen(false);
    } catch (error) {
      setSaid(t((error as Error).message));
    }
  };
  const save = async () => {
    const name = await askName(t('run:templates.save'), String(values['name'] ?? '') || String(values['image'] ?? ''));
    if (name) saveTemplate(name, values);
  };
  return (
    <Group gap="xs">
      <Popover opened={isOpen} onChange={setOpen} width={520} position="bottom-start" trapFocus>
        <Popover.Target><Button size="compact-sm" variant="default" leftSection={<IconClipboardText size={14} />} onClick={() => setOpen(!isOpen)}>{t('run:import.open')}</Button></Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <Textarea aria-label={t('run:import.open')} placeholder="docker run -d -p 8080:80 nginx" value={line} onChange={(event) => setLine(event.currentTarget.value)} autosize minRows={3} maxRows={8} styles={mono} data-autofocus spellCheck={false} />
            {said !== '' && <Text size="sm" c="orange" role="status">{said}</Text>}
            <Group justify="flex-end"><Button size="compact-sm" disabled={line.trim() === ''} onClick={read}>{t('run:import.read')}</Button></Group>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Menu position="bottom-start">
        <Menu.Target><Button size="compact-sm" variant="default" leftSection={<IconBookmark size={14} />}>{t('run:templates.title')}</Button></Menu.Target>
        <Menu.Dropdown>
          {kept.map((template) => (
            <Menu.Item key={template.name} onClick={() => onValues(template.values)} rightSection={<ActionIcon component="span" role="button" size="xs" aria-label={t('run:templates.remove', { name: template.name })} onClick={(event) => { event.stopPropagation(); removeTemplate(template.name); }}><IconTrash size={12} /></ActionIcon>}>{template.name}</Menu.Item>
          ))}
          {kept.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => void save()}>{t('run:templates.save')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
