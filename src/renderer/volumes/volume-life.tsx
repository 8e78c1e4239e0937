// The way of a volume as guided steps: create, mount, use, back up, move or restore; each says what is next and does it.
import { Anchor, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { hasOtherHost, openCopyDialog } from '../hosts/copy.tsx';
import { formatAge } from '../ui/format.ts';
import { runWith } from './volume-actions.tsx';
import { openBackupDialog, openCloneDialog, openRestoreDialog } from './volume-dialogs.tsx';
import { isLocked, type Volume } from './volume.ts';
import classes from './volume-life.module.css';

/** @param onFiles show the files of the volume */
export function VolumeLife({ volume, onFiles }: { volume: Volume; onFiles: () => void }) {
  const { t, i18n } = useTranslation();
  const { host, row, users, lastBackup } = volume;
  const isRunning = users.some((user) => user.row.State === 'running');
  const active = lastBackup ? 4 : isRunning ? 3 : users.length > 0 ? 2 : 1;
  const locked = isLocked(row);
  const link = (text: string, act: () => void) => (locked ? text : <Anchor component="button" type="button" size="xs" onClick={act}>{text}</Anchor>);
  const steps: [string, ReactNode][] = [
    ['create', row.CreatedAt ? formatAge(Date.parse(row.CreatedAt), i18n.language) : ''],
    ['mount', users.length > 0 ? t('volumes:life.mounted', { count: users.length }) : link(t('volumes:life.mountNow'), () => runWith(volume))],
    ['use', link(t('volumes:life.browse'), onFiles)],
    ['backup', <>{lastBackup && <>{formatAge(lastBackup.createdAtMs, i18n.language)}{' · '}</>}{link(t(lastBackup ? 'volumes:life.again' : 'volumes:life.backupNow'), () => openBackupDialog(volume))}</>],
    ['move', (
      <>
        {link(t('volumes:life.clone'), () => openCloneDialog(volume))}
        {hasOtherHost(host) && <>{' · '}{link(t('volumes:life.copy'), () => openCopyDialog({ kind: 'volume', from: host, name: row.Name }))}</>}
        {lastBackup && <>{' · '}{link(t('volumes:life.restore'), () => openRestoreDialog(lastBackup))}</>}
      </>
    )],
  ];
  return (
    <ol className={classes.life} aria-label={t('volumes:life.label')}>
      {steps.map(([name, next], index) => (
        <li key={name} className={classes.step} {...(index < active && { 'data-done': true })} {...(index === active && { 'aria-current': 'step' as const })}>
          <span className={classes.mark} aria-hidden>{index < active ? <IconCheck size={15} stroke={2.6} /> : index + 1}</span>
          <div className={classes.words}>
            <Text size="sm" fw={600} lh={1.3}>{t(`volumes:life.${name}`)}</Text>
            <Text size="xs" c="var(--gantry-subtle)" component="div">{next}</Text>
          </div>
        </li>
      ))}
    </ol>
  );
}
