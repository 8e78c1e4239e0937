// The known registries: who is logged in, test, log in and out, remove.
import { ActionIcon, Group, Menu, Paper, Text, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconDots, IconLogin2, IconLogout, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RegistryRow } from '../../main/contract/registries.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { LoginDialog } from './login-dialog.tsx';
import classes from './registries.module.css';

interface RegistryListProps { rows: RegistryRow[]; host: string; chosen: string; onChoose: (address: string) => void }

export function RegistryList({ rows, host, chosen, onChoose }: RegistryListProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [login, setLogin] = useState<string>();
  const changed = () => cache.invalidateQueries({ queryKey: ['registries'] });
  const test = (address: string) => attempt(t('registries:testFailed', { address }), async () => {
    await rpc.registries.test({ host, address });
    notifyDone(t('registries:testGood', { address }));
  });
  const remove = async (address: string) => {
    const sure = await confirmDanger({ title: t('registries:remove.title', { address }), text: t('registries:remove.text'), confirm: t('registries:remove.submit') });
    if (sure) await attempt(t('registries:remove.failed', { address }), async () => { await rpc.registries.remove({ address }); await changed(); });
  };
  return (
    <Paper withBorder className={classes.pane} component="section" aria-label={t('registries:title')}>
      <div className={classes.names}>
        {rows.map((row) => (
          <Group key={row.address} gap={2} wrap="nowrap">
            <UnstyledButton className={classes.name} aria-current={row.address === chosen} onClick={() => onChoose(row.address)}>
              <Text size="sm" truncate fw={560}>{row.address === 'docker.io' ? 'Docker Hub' : row.address}</Text>
              <Text size="xs" c="var(--gantry-subtle)" truncate>{row.keptIn === undefined ? t('registries:anonymous') : t('registries:loggedIn', { user: row.user ?? '…', where: row.keptIn === 'file' ? 'config.json' : row.keptIn })}</Text>
            </UnstyledButton>
            <Menu>
              <Menu.Target><ActionIcon aria-label={t('table.actionsFor', { name: row.address })}><IconDots size={16} /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPlugConnected size={16} />} onClick={() => void test(row.address)} disabled={host === ''}>{t('registries:test')}</Menu.Item>
                <Menu.Item leftSection={<IconLogin2 size={16} />} onClick={() => setLogin(row.address)} disabled={host === ''}>{t('registries:login.open')}</Menu.Item>
                {row.keptIn !== undefined && <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void attempt(t('registries:logoutFailed'), async () => { await rpc.registries.logout({ address: row.address }); await changed(); })}>{t('registries:logout')}</Menu.Item>}
                <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove(row.address)}>{t('registries:remove.submit')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        ))}
      </div>
      <LoginDialog address={login} host={host} onClose={() => setLogin(undefined)} onDone={() => void changed()} />
    </Paper>
  );
}
