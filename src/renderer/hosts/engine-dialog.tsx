// Install Gantry's engine on a host: first what would be done, then doing it as a task, then a host of its own for it.
import { Alert, Badge, Button, Checkbox, Group, List, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { InstallPlan, RemoteProgress } from '../../main/contract/remote.ts';
import { trayOpen } from '../frame/task-tray.tsx';
import { i18n } from '../i18n/i18n.ts';
import { queryClient } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { runTask, type TaskHandle } from '../tasks.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatBytes } from '../ui/format.ts';
import { notifyDone } from '../ui/notify.ts';
import { LoadingRows } from '../ui/states.tsx';
import { CopyBlock, ProblemNote, problemOf } from './problem.tsx';

type Scope = InstallPlan['scope'];

export function EngineDialog({ host, onClose }: { host?: HostSummary; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={host !== undefined} onClose={onClose} size="lg" title={t('hosts:engine.title', { host: host?.name ?? '' })}>{host && <Plan host={host} onClose={onClose} />}</Dialog>;
}

function Plan({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const { t } = useTranslation();
  const [scope, setScope] = useState<Scope>('user');
  const plan = useQuery({ queryKey: [host.id, 'installPlan', scope], queryFn: ({ signal }) => rpc.remote.installPlan({ host: host.id, scope }, { signal }), staleTime: 0, gcTime: 0 });
  const go = (work: () => void): void => {
    work();
    trayOpen.set(true);
    onClose();
  };
  return (
    <Stack gap="sm">
      <Text size="sm">{t('hosts:engine.about')}</Text>
      <SegmentedControl value={scope} onChange={(value) => setScope(value as Scope)} aria-label={t('hosts:engine.scope')} data={(['user', 'system'] as const).map((value) => ({ value, label: t(`hosts:engine.scopes.${value}`) }))} />
      {plan.isPending && <LoadingRows count={4} />}
      {plan.error && <ProblemNote problem={problemOf(plan.error)} />}
      {plan.data && <PlanView plan={plan.data} onAgain={() => void plan.refetch()} />}
      {plan.data && <Actions host={host} plan={plan.data} go={go} onClose={onClose} />}
    </Stack>
  );
}

function PlanView({ plan, onAgain }: { plan: InstallPlan; onAgain: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Group gap={6}>
        <Badge color="gray">{plan.machine}</Badge><Badge color="gray">{plan.user}</Badge><Badge color="gray">{formatBytes(plan.bundleBytes)}</Badge>
        <Badge color={plan.installed === plan.version ? 'teal' : 'gray'}>{plan.installed ? t('hosts:engine.installed', { version: plan.installed }) : t('hosts:engine.notInstalled')}</Badge>
      </Group>
      <Text size="sm" fw={560}>{t('hosts:engine.steps')}</Text>
      <List size="sm" type="ordered" spacing={4}>{plan.steps.map(({ code, params }) => <List.Item key={code} style={{ overflowWrap: 'anywhere' }}>{t(`hosts:engine.note.${code}`, params)}</List.Item>)}</List>
      {plan.obstacles.map(({ code, params }) => <Alert key={code} color="yellow" role="alert" style={{ overflowWrap: 'anywhere' }}>{t(`hosts:engine.note.${code}`, params)}</Alert>)}
      {plan.missing.length > 0 && (
        <Stack gap={6}>
          <Text size="sm">{t('hosts:engine.missing', { programs: plan.missing.join(', ') })}</Text>
          {plan.command && <CopyBlock text={plan.command} label={t('hosts:engine.command')} />}
          <Button size="compact-sm" variant="default" style={{ alignSelf: 'flex-start' }} onClick={onAgain}>{t('hosts:engine.lookAgain')}</Button>
        </Stack>
      )}
    </>
  );
}

function Actions({ host, plan, go, onClose }: { host: HostSummary; plan: InstallPlan; go: (work: () => void) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [deleteData, setDeleteData] = useState(false);
  const canInstall = plan.obstacles.length === 0 && plan.missing.length === 0;
  const remove = async (): Promise<void> => {
    const isSure = await confirmDanger({ title: t('hosts:engine.removeTitle', { host: host.name }), text: t(deleteData ? 'hosts:engine.removeAll' : 'hosts:engine.removeKeep'), confirm: t('hosts:engine.remove') });
    if (isSure) go(() => startRemove(host, plan.scope, deleteData));
  };
  return (
    <Group justify="space-between">
      {plan.installed ? (
        <Group gap="sm"><Button variant="default" c="red" onClick={() => void remove()}>{t('hosts:engine.remove')}</Button><Checkbox label={t('hosts:engine.deleteData')} checked={deleteData} onChange={(event) => setDeleteData(event.currentTarget.checked)} /></Group>
      ) : <span />}
      <Group gap="sm">
        <Button variant="default" onClick={onClose}>{t('cancel')}</Button>
        <Button disabled={!canInstall} onClick={() => go(() => startInstall(host, plan.scope))}>{t(plan.installed ? 'hosts:engine.upgrade' : 'hosts:engine.install')}</Button>
      </Group>
    </Group>
  );
}

function startInstall(host: HostSummary, scope: Scope): void {
  void runTask({ title: i18n.t('hosts:engine.task', { host: host.name }), host: host.name, href: '/hosts' }, async (task) => {
    let socketPath: string | undefined;
    for await (const step of await rpc.remote.install({ host: host.id, scope }, { signal: task.signal })) {
      socketPath = step.socketPath ?? socketPath;
      show(task, step);
    }
    if (socketPath) await addEngineHost(host, socketPath);
    notifyDone(i18n.t('hosts:engine.done', { host: host.name }));
  });
}

function startRemove(host: HostSummary, scope: Scope, deleteData: boolean): void {
  void runTask({ title: i18n.t('hosts:engine.removeTask', { host: host.name }), host: host.name }, async (task) => {
    for await (const step of await rpc.remote.uninstall({ host: host.id, scope, deleteData }, { signal: task.signal })) show(task, step);
  });
}

/** The machine's other engine, if any, keeps its host: the new engine gets one of its own, unless it has one already. */
async function addEngineHost(host: HostSummary, socketPath: string): Promise<void> {
  const config = await rpc.hosts.config({ host: host.id });
  if (config.kind !== 'ssh') return;
  const hosts = queryClient.getQueryData<HostSummary[]>(['hosts']) ?? [];
  const known = await Promise.all(hosts.filter(({ kind }) => kind === 'ssh').map(async ({ id }) => ({ id, config: await rpc.hosts.config({ host: id }) })));
  const same = known.find((other) => other.config.kind === 'ssh' && other.config.hostname === config.hostname && other.config.port === config.port && other.config.user === config.user && other.config.socketPath === socketPath);
  const id = same?.id ?? (await rpc.hosts.add({ ...config, name: i18n.t('hosts:engine.hostName', { host: config.name }).slice(0, 60), socketPath })).id;
  await rpc.hosts.reconnect({ host: id });
}

function show(task: TaskHandle, { phase, detail, bytes, totalBytes }: RemoteProgress): void {
  task.update({
    status: [i18n.t(`hosts:engine.phase.${phase}`, { defaultValue: phase }), detail].filter(Boolean).join(' · '),
    ...(bytes === undefined ? {} : { current: bytes }), ...(totalBytes === undefined ? {} : { total: totalBytes }),
  });
}
