// The settings of one host, for a new one and for one that exists.
import { Button, Group, NumberInput, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostConfig, HostSummary } from '../../main/contract/hosts.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { attempt } from '../ui/notify.ts';

const COLOURS = ['blue', 'teal', 'green', 'yellow', 'orange', 'red', 'pink', 'grape', 'violet', 'cyan'];
type Kind = 'ssh' | 'tcp' | 'unix';

interface Draft {
  kind: Kind | 'local'; name: string; colour: string; hostname: string; port: string; user: string; socketPath: string; identityFile: string; configAlias: string;
  tls: boolean; caPath: string; certPath: string; keyPath: string; verify: boolean;
}

const EMPTY: Draft = { kind: 'ssh', name: '', colour: 'orange', hostname: '', port: '', user: '', socketPath: '', identityFile: '', configAlias: '', tls: true, caPath: '', certPath: '', keyPath: '', verify: true };

export function HostForm({ config, submitLabel, onSubmit, onCancel }: { config?: HostConfig; submitLabel: string; onSubmit: (config: HostConfig) => Promise<unknown>; onCancel: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => draftOf(config));
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const set = (change: Partial<Draft>): void => setDraft((now) => ({ ...now, ...change }));
  const text = (key: 'name' | 'hostname' | 'port' | 'user' | 'socketPath' | 'identityFile' | 'caPath' | 'certPath' | 'keyPath', more: { placeholder?: string; required?: boolean; autofocus?: boolean } = {}) => (
    <TextInput label={t(`hosts:form.${key}`)} description={key === 'socketPath' && draft.kind === 'ssh' ? t('hosts:form.socketHint') : undefined} value={draft[key]} required={more.required ?? false} placeholder={more.placeholder} data-autofocus={more.autofocus || undefined} onChange={(event) => set({ [key]: event.currentTarget.value })} />
  );
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    await onSubmit(configOf(draft)).catch((error: unknown) => setFailure(failureOf(error).message));
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {!config && <Select label={t('hosts:form.kind')} value={draft.kind} onChange={(kind) => kind && set({ kind: kind as Kind })} data={(['ssh', 'tcp', 'unix'] as const).map((value) => ({ value, label: t(`hosts:kind.${value}`) }))} />}
        {draft.kind === 'ssh' && <SshFields draft={draft} set={set} text={text} />}
        {draft.kind === 'tcp' && (
          <>
            <Group grow>{text('hostname', { required: true, autofocus: true })}<NumberInput label={t('hosts:form.port')} value={draft.port} min={1} max={65535} required hideControls onChange={(value) => set({ port: String(value) })} /></Group>
            <Switch label={t('hosts:form.tls')} checked={draft.tls} onChange={(event) => set({ tls: event.currentTarget.checked })} />
            {draft.tls && <>{text('caPath', { placeholder: '~/.docker/ca.pem' })}{text('certPath', { placeholder: '~/.docker/cert.pem' })}{text('keyPath', { placeholder: '~/.docker/key.pem' })}<Switch label={t('hosts:form.verify')} checked={draft.verify} onChange={(event) => set({ verify: event.currentTarget.checked })} /></>}
            {!draft.tls && <Text size="sm" c="orange">{t('hosts:form.noTls')}</Text>}
          </>
        )}
        {draft.kind === 'unix' && text('socketPath', { required: true, placeholder: '/var/run/docker.sock', autofocus: true })}
        {text('name', { placeholder: draft.hostname })}
        <Radio.Group label={t('hosts:form.colour')} value={draft.colour} onChange={(colour) => set({ colour })}>
          <Group gap={10} mt={6}>{COLOURS.map((colour) => <Radio key={colour} value={colour} color={`${colour}.6`} aria-label={t(`hosts:colour.${colour}`)} title={t(`hosts:colour.${colour}`)} styles={{ radio: { backgroundColor: `var(--mantine-color-${colour}-6)`, borderColor: `var(--mantine-color-${colour}-6)` } }} />)}</Group>
        </Radio.Group>
        {failure && <Text size="sm" c="red" role="alert">{failure}</Text>}
        <Group justify="flex-end"><Button variant="default" onClick={onCancel}>{t('cancel')}</Button><Button type="submit" loading={isBusy}>{submitLabel}</Button></Group>
      </Stack>
    </form>
  );
}

function SshFields({ draft, set, text }: { draft: Draft; set: (change: Partial<Draft>) => void; text: (key: 'hostname' | 'user' | 'socketPath' | 'identityFile', more?: { placeholder?: string; required?: boolean; autofocus?: boolean }) => React.ReactNode }) {
  const { t } = useTranslation();
  // A pasted address fills the fields it names.
  const take = async (value: string): Promise<void> => {
    set({ hostname: value });
    if (!/^ssh:\/\/|@/.test(value.trim())) return;
    const parts = await rpc.remote.parseAddress({ address: value }).catch(() => undefined); // not an address yet: still being typed
    if (parts && value.startsWith('ssh://')) set({ hostname: parts.hostname, ...(parts.user ? { user: parts.user } : {}), ...(parts.port ? { port: String(parts.port) } : {}), ...(parts.socketPath ? { socketPath: parts.socketPath } : {}) });
  };
  return (
    <>
      {draft.configAlias && <Text size="sm" c="var(--gantry-subtle)">{t('hosts:form.fromConfig', { alias: draft.configAlias })}</Text>}
      <Group grow align="flex-start">
        <TextInput label={t('hosts:form.hostname')} required data-autofocus placeholder="ssh://me@box.example" value={draft.hostname} onChange={(event) => set({ hostname: event.currentTarget.value })} onBlur={(event) => void take(event.currentTarget.value)} />
        <NumberInput label={t('hosts:form.port')} value={draft.port} min={1} max={65535} placeholder="22" hideControls onChange={(value) => set({ port: String(value) })} />
      </Group>
      {text('user')}
      {text('identityFile', { placeholder: '~/.ssh/id_ed25519' })}
      {text('socketPath', { placeholder: '/var/run/docker.sock' })}
    </>
  );
}

export function EditHostDialog({ host, config, onClose }: { host?: HostSummary; config?: HostConfig; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={host !== undefined} onClose={onClose} title={t('hosts:edit.title', { host: host?.name ?? '' })}>
      {host && config && <HostForm config={config} submitLabel={t('save')} onCancel={onClose} onSubmit={async (next) => { if (await attempt(t('hosts:failed.save'), () => rpc.hosts.update({ host: host.id, config: next }))) onClose(); }} />}
    </Dialog>
  );
}

function draftOf(config: HostConfig | undefined): Draft {
  if (!config) return EMPTY;
  const { kind, name, colour } = config;
  const base = { ...EMPTY, kind, name, colour };
  switch (config.kind) {
    case 'local': return base;
    case 'unix': return { ...base, socketPath: config.socketPath };
    case 'tcp': {
      const { hostname, port, tls } = config;
      return { ...base, hostname, port: String(port), tls: tls !== undefined, caPath: tls?.caPath ?? '', certPath: tls?.certPath ?? '', keyPath: tls?.keyPath ?? '', verify: tls?.verify ?? true };
    }
    case 'ssh': {
      const { hostname, port = '', user = '', socketPath = '', identityFile = '', configAlias = '' } = config;
      return { ...base, hostname, port: String(port), user, socketPath, identityFile, configAlias };
    }
  }
}

function configOf(draft: Draft): HostConfig {
  const port = Number(draft.port);
  const given = <K extends string>(key: K, value: string): Partial<Record<K, string>> => (value.trim() ? { [key]: value.trim() } as Record<K, string> : {});
  const common = { name: (draft.name || draft.hostname || draft.socketPath).trim().slice(0, 60), colour: draft.colour };
  switch (draft.kind) {
    case 'local': return { kind: 'local', ...common };
    case 'unix': return { kind: 'unix', ...common, socketPath: draft.socketPath.trim() };
    case 'tcp': return { kind: 'tcp', ...common, hostname: draft.hostname.trim(), port, ...(draft.tls ? { tls: { verify: draft.verify, ...given('caPath', draft.caPath), ...given('certPath', draft.certPath), ...given('keyPath', draft.keyPath) } } : {}) };
    case 'ssh': return { kind: 'ssh', ...common, hostname: draft.hostname.trim(), ...(port > 0 ? { port } : {}), ...given('user', draft.user), ...given('socketPath', draft.socketPath), ...given('identityFile', draft.identityFile), ...given('configAlias', draft.configAlias) };
  }
}
