// Small forms about one volume: back up, clone, restore, schedule, unlock.
import { Alert, Button, Group, NumberInput, PasswordInput, Radio, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { BACKUP_MODES, type BackupEntry, type BackupMode } from '../../main/contract/volumes.ts';
import { i18n } from '../i18n/i18n.ts';
import { useHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { refreshVolumeFacts } from './use-volumes.ts';
import { startBackup, startClone, startRestore } from './volume-tasks.ts';
import { shownName, type Volume } from './volume.ts';

function open(title: string, form: (onDone: () => void) => ReactNode): void {
  const id = modals.open({ title, closeButtonProps: { 'aria-label': i18n.t('close') }, children: form(() => modals.close(id)) });
}

export const openBackupDialog = (volume: Volume): void => open(i18n.t('volumes:backup.title', { name: shownName(volume.row) }), (done) => <BackupForm volume={volume} onDone={done} />);
export const openCloneDialog = (volume: Volume): void => open(i18n.t('volumes:clone.title', { name: shownName(volume.row) }), (done) => <CloneForm volume={volume} onDone={done} />);
export const openScheduleDialog = (volume: Volume): void => open(i18n.t('volumes:schedule.title', { name: shownName(volume.row) }), (done) => <ScheduleForm volume={volume} onDone={done} />);
export const openUnlockDialog = (volume: Volume): void => open(i18n.t('volumes:unlock.title', { name: shownName(volume.row) }), (done) => <UnlockForm volume={volume} onDone={done} />);
export const openRestoreDialog = (entry: BackupEntry): void => open(i18n.t('volumes:restore.title', { name: entry.volume }), (done) => <RestoreForm entry={entry} onDone={done} />);

interface FormProps { volume: Volume; onDone: () => void }

/** Submits, shows the failure in place, closes when it went well. */
function FormShell({ submit, onDone, label, disabled = false, children }: { submit: () => Promise<unknown> | void; onDone: () => void; label: string; disabled?: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await submit();
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        {children}
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={disabled} loading={isBusy}>{label}</Button></Group>
      </Stack>
    </form>
  );
}

function ModeChoice({ value, onChange }: { value: BackupMode; onChange: (mode: BackupMode) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group label={t('volumes:backup.mode')} value={value} onChange={(next) => onChange(next as BackupMode)}>
      <Stack gap={6} mt={4}>{BACKUP_MODES.map((mode) => <Radio key={mode} value={mode} label={t(`volumes:modes.${mode}.name`)} description={t(`volumes:modes.${mode}.text`)} />)}</Stack>
    </Radio.Group>
  );
}

function BackupForm({ volume, onDone }: FormProps) {
  const { t } = useTranslation();
  const running = volume.users.filter(({ row }) => row.State === 'running').length;
  const [mode, setMode] = useState<BackupMode>(running > 0 ? 'pause' : 'live');
  return (
    <FormShell onDone={onDone} label={t('volumes:actions.backup')} submit={() => { void startBackup(volume.host.id, volume.row.Name, mode); }}>
      <Text size="sm">{t('volumes:backup.text')}</Text>
      {running > 0 ? <ModeChoice value={mode} onChange={setMode} /> : <Text size="sm" c="var(--gantry-subtle)">{t('volumes:backup.idle')}</Text>}
    </FormShell>
  );
}

function CloneForm({ volume, onDone }: FormProps) {
  const { t } = useTranslation();
  const [target, setTarget] = useState(`${shownName(volume.row)}-copy`);
  return (
    <FormShell onDone={onDone} label={t('volumes:actions.clone')} disabled={target.trim() === ''} submit={() => { void startClone(volume.host.id, volume.row.Name, target.trim()); }}>
      <TextInput data-autofocus label={t('volumes:clone.target')} value={target} onChange={(event) => setTarget(event.currentTarget.value)} />
    </FormShell>
  );
}

function RestoreForm({ entry, onDone }: { entry: BackupEntry; onDone: () => void }) {
  const { t, i18n: { language } } = useTranslation();
  const hosts = useHosts();
  const [host, setHost] = useState(hosts.some(({ id }) => id === entry.host) ? entry.host : hosts[0]?.id ?? '');
  const [kind, setKind] = useState('new');
  const [target, setTarget] = useState(`${entry.volume.slice(0, 40)}-restored`);
  const name = kind === 'new' ? target.trim() : entry.volume;
  return (
    <FormShell onDone={onDone} label={t('volumes:restore.submit')} disabled={name === ''} submit={() => { void startRestore(entry, host, name, kind === 'replace'); }}>
      <Text size="sm">{t('volumes:restore.text', { when: new Date(entry.createdAtMs).toLocaleString(language), size: formatBytes(entry.contentBytes) })}</Text>
      <Select label={t('hosts.host')} data={hosts.map(({ id, name: label }) => ({ value: id, label }))} value={host} onChange={(next) => next && setHost(next)} />
      <SegmentedControl value={kind} onChange={setKind} data={['new', 'replace'].map((value) => ({ value, label: t(`volumes:restore.${value}`) }))} aria-label={t('volumes:restore.where')} />
      {kind === 'new' ? <TextInput label={t('volumes:restore.target')} value={target} onChange={(event) => setTarget(event.currentTarget.value)} /> : <Alert color="yellow">{t('volumes:restore.warning', { name: entry.volume })}</Alert>}
    </FormShell>
  );
}

const HOURS = ['1', '6', '24', '168'];

function ScheduleForm({ volume: { host, row, schedule }, onDone }: FormProps) {
  const { t } = useTranslation();
  const [everyHours, setEvery] = useState(String(schedule?.everyHours ?? 24));
  const [keep, setKeep] = useState<number | string>(schedule?.keep ?? 7);
  const [mode, setMode] = useState<BackupMode>(schedule?.mode ?? 'pause');
  const save = async () => {
    await rpc.volumes.saveSchedule({ host: host.id, name: row.Name, everyHours: Number(everyHours), keep: Number(keep), mode });
    refreshVolumeFacts();
  };
  const stop = async () => {
    await rpc.volumes.removeSchedule({ host: host.id, name: row.Name });
    refreshVolumeFacts();
    onDone();
  };
  return (
    <FormShell onDone={onDone} label={t('volumes:schedule.submit')} disabled={keep === ''} submit={save}>
      <Text size="sm" c="var(--gantry-subtle)">{t('volumes:schedule.text')}</Text>
      <Select label={t('volumes:schedule.every')} data={[...new Set([...HOURS, everyHours])].map((value) => ({ value, label: t(`volumes:schedule.hours.${value}`, t('volumes:schedule.hoursOther', { count: Number(value) })) }))} value={everyHours} onChange={(next) => next && setEvery(next)} />
      <NumberInput label={t('volumes:schedule.keep')} min={1} max={1000} value={keep} onChange={setKeep} />
      <ModeChoice value={mode} onChange={setMode} />
      {schedule?.lastError !== undefined && <Alert color="red" title={t('volumes:schedule.lastError')}>{schedule.lastError}</Alert>}
      {schedule && <Button variant="subtle" color="red" onClick={() => void stop()}>{t('volumes:schedule.stop')}</Button>}
    </FormShell>
  );
}

function UnlockForm({ volume: { host, row }, onDone }: FormProps) {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  return (
    <FormShell onDone={onDone} label={t('volumes:actions.unlock')} submit={() => rpc.volumes.unlock({ host: host.id, name: row.Name, ...(key && { key }) })}>
      <PasswordInput data-autofocus label={t('volumes:unlock.key')} description={t('volumes:unlock.hint')} value={key} onChange={(event) => setKey(event.currentTarget.value)} />
    </FormShell>
  );
}
