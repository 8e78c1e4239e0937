// Terminals of a container: several, in tabs or side by side, with the shell and user one wants. They live in main and are found
// again after a reload. Where there is no shell, a debug shell from another image is offered.
import { ActionIcon, Alert, Autocomplete, Button, Group, Select, Tabs, Text, TextInput, Tooltip } from '@mantine/core';
import { IconBug, IconLayoutColumns, IconLayoutSidebarRightCollapse, IconPlus, IconTerminal2, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TerminalInfo } from '../../../main/contract/terminals.ts';
import { queryClient, useRows } from '../../queries.ts';
import { rpc } from '../../rpc.ts';
import { createKeptStore, useStore } from '../../store.ts';
import { attempt } from '../../ui/notify.ts';
import { EmptyState } from '../../ui/states.tsx';
import { splitWords } from '../words.ts';
import classes from './tabs.module.css';
import { TerminalPane } from './terminal-pane.tsx';

const AUTOMATIC = '';
const MOST_PANES = 4;
const KEPT_LAYOUTS = 20;

/** Which sessions of a container are in view; a reload comes back to it. */
interface Layout { shown?: string | undefined; beside?: string[] }
const layouts = createKeptStore<Record<string, Layout>>('terminal.layouts', {});

export function TerminalTab({ host, id, isRunning, canAttach }: { host: string; id: string; isRunning: boolean; canAttach: boolean }) {
  const { t } = useTranslation();
  const queryKey = [host, 'terminals', id];
  const sessions = useQuery({ queryKey, queryFn: () => rpc.terminals.list({ host, container: id }), staleTime: 0 }).data ?? [];
  const images = [...new Set(useRows('images').rows.filter((item) => item.host.id === host).flatMap((item) => item.row.RepoTags ?? []))];
  const { shown, beside = [] } = useStore(layouts)[id] ?? {};
  const lay = (change: Layout) => layouts.set((now) => Object.fromEntries([...Object.entries(now).filter(([key]) => key !== id).slice(1 - KEPT_LAYOUTS), [id, { ...now[id], ...change }]]));
  const [shell, setShell] = useState(AUTOMATIC);
  const [user, setUser] = useState('');
  const [image, setImage] = useState<string | null>(null);
  const current = sessions.find((session) => session.id === shown) ?? sessions.at(-1);
  const others = sessions.filter((session) => session !== current && beside.includes(session.id)).slice(0, MOST_PANES - 1);
  const noShell = sessions.find((session) => session.isMissingProgram);

  const keep = (change: (now: TerminalInfo[]) => TerminalInfo[]) => queryClient.setQueryData<TerminalInfo[]>(queryKey, (now) => change(now ?? []));
  const open = async (kind: TerminalInfo['kind'], isBeside = false) => {
    await attempt(t('container:terminal.failed'), async () => {
      const made = await rpc.terminals.open({ host, container: id, kind, command: kind === 'attach' ? [] : splitWords(shell), user, columns: 100, rows: 30, ...(image ? { image } : {}) });
      keep((now) => [...now, made]);
      if (isBeside) lay({ shown: current?.id ?? made.id, beside: [...beside, made.id] });
      else lay({ shown: made.id });
    });
  };
  const close = async (session: string) => {
    keep((now) => now.filter((item) => item.id !== session));
    await rpc.terminals.close({ id: session }).catch(() => {}); // closed by another window already
  };
  const onEnd = (info: TerminalInfo) => keep((now) => now.map((item) => (item.id === info.id ? info : item)));

  return (
    <>
      <Group gap="xs" mb="xs" wrap="nowrap" align="flex-end">
        <Autocomplete size="xs" w={170} label={t('container:terminal.shell')} placeholder={t('container:terminal.automatic')} value={shell} onChange={setShell} data={['bash', 'sh', 'ash', 'zsh', 'python3']} />
        <TextInput size="xs" w={120} label={t('container:terminal.user')} placeholder="root" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
        <Button size="xs" leftSection={<IconPlus size={14} />} disabled={!isRunning} onClick={() => void open('exec')}>{t('container:terminal.open')}</Button>
        <Tooltip label={t('container:terminal.split')}><ActionIcon size={30} variant="default" disabled={!isRunning || !current || others.length >= MOST_PANES - 1} aria-label={t('container:terminal.split')} onClick={() => void open('exec', true)}><IconLayoutColumns size={16} /></ActionIcon></Tooltip>
        {others.length > 0 && <Tooltip label={t('container:terminal.unsplit')}><ActionIcon size={30} variant="default" aria-label={t('container:terminal.unsplit')} onClick={() => lay({ beside: [] })}><IconLayoutSidebarRightCollapse size={16} /></ActionIcon></Tooltip>}
        {canAttach && <Button size="xs" variant="default" disabled={!isRunning} onClick={() => void open('attach')}>{t('container:terminal.attach')}</Button>}
        <Select size="xs" ml="auto" w={200} label={t('container:terminal.debugImage')} placeholder={t('container:terminal.chooseImage')} data={images} value={image} onChange={setImage} searchable />
        <Button size="xs" variant="default" leftSection={<IconBug size={14} />} disabled={!isRunning || !image} onClick={() => void open('debug')}>{t('container:terminal.debug')}</Button>
      </Group>
      {noShell && <Alert color="yellow" mb="xs" title={t('container:terminal.noShell')}>{t('container:terminal.noShellText')}</Alert>}
      {!current ? (
        <EmptyState icon={IconTerminal2} title={t('container:terminal.none')} text={isRunning ? t('container:terminal.noneText') : t('container:terminal.stopped')}>
          {isRunning && <Button onClick={() => void open('exec')}>{t('container:terminal.open')}</Button>}
        </EmptyState>
      ) : (
        <>
          <Tabs value={current.id} onChange={(value) => lay({ shown: value ?? undefined, beside: beside.map((other) => (other === value && current ? current.id : other)) })} mb={6}>
            <Tabs.List>
              {sessions.map((session, index) => (
                <Group key={session.id} gap={0} wrap="nowrap">
                  <Tabs.Tab value={session.id} py={6} aria-controls={undefined}>
                    <Text span size="xs" ff="monospace" c={session.endedAtMs === undefined ? 'inherit' : 'dimmed'}>{index + 1} {session.kind === 'exec' ? '' : `${t(`container:terminal.kind.${session.kind}`)} `}{session.title}{session.endedAtMs !== undefined && ` (${session.exitCode ?? '–'})`}</Text>
                  </Tabs.Tab>
                  <ActionIcon size={18} aria-label={t('container:terminal.close', { number: index + 1 })} onClick={() => void close(session.id)}><IconX size={12} /></ActionIcon>
                </Group>
              ))}
            </Tabs.List>
          </Tabs>
          <div className={classes.panes} data-count={others.length + 1}>
            <TerminalPane key={current.id} id={current.id} label={`${t('container:tabs.terminal')} ${current.title}`} onEnd={onEnd} />
            {others.map((other) => <TerminalPane key={other.id} id={other.id} label={`${t('container:tabs.terminal')} ${other.title}`} onEnd={onEnd} />)}
          </div>
        </>
      )}
    </>
  );
}
