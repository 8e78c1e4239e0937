// Edit a container: the run form filled from it, what would change, and then a live update where the engine can, else a new
// container with the old one kept until the new one runs.
import { Alert, Button, Checkbox, Group, ScrollArea, Stack, Table, Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { RecreateStep } from '../../main/contract/container-tools.ts';
import type { ContainerDetail } from '../../main/contract/containers.ts';
import { failureOf, rpc } from '../rpc.ts';
import { LoadingRows } from '../ui/states.tsx';
import { useSuggestions } from './run-form.tsx';
import { bodyFrom, differences, liveUpdate, type ImageDefaults } from './run/edit.ts';
import { bodyOf, problemsOf, valuesOf, type Values } from './run/fields.ts';
import { FormFields } from './run/form-fields.tsx';

const HIDDEN = ['autoRemove'];

export function EditForm({ host, detail, onDone }: { host: string; detail: ContainerDetail; onDone: () => void }) {
  const image = useQuery({ queryKey: [host, 'images', detail.Image], queryFn: () => rpc.images.inspect({ host, id: detail.Image }), retry: false });
  if (image.isPending) return <LoadingRows />;
  // An image that was removed leaves nothing to compare with: everything counts as the container's own.
  return <Form host={host} detail={detail} defaults={(image.data?.Config ?? {}) as ImageDefaults} onDone={onDone} />;
}

function Form({ host, detail, defaults, onDone }: { host: string; detail: ContainerDetail; defaults: ImageDefaults; onDone: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const name = detail.Name.replace(/^\//, '');
  const base = useMemo(() => bodyFrom(detail, defaults), [detail, defaults]);
  const before = useMemo(() => ({ ...valuesOf(base), name }), [base, name]);
  const [values, setValues] = useState<Values>(before);
  const [isLiveWanted, setLiveWanted] = useState(true);
  const [steps, setSteps] = useState<RecreateStep[]>([]);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const problems = problemsOf(values);
  const changed = differences(before, values);
  const update = liveUpdate(changed);
  const isLive = update !== undefined && isLiveWanted;

  const apply = async () => {
    setBusy(true);
    setError(undefined);
    setSteps([]);
    try {
      if (isLive) {
        await rpc.containerTools.update({ host, id: detail.Id, changes: update });
        return onDone();
      }
      for await (const step of await rpc.containerTools.recreate({ host, id: detail.Id, name: String(values['name']), body: bodyOf(values, base) })) {
        setSteps((now) => [...now, step]);
        if (step.step === 'done' && step.id) {
          onDone();
          go(`/containers/${host}/${step.id}`);
        }
      }
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return (
    <Stack gap="sm">
      <ScrollArea.Autosize mah="44vh" offsetScrollbars viewportProps={{ tabIndex: -1 }}>
        <FormFields values={values} problems={problems} suggestions={useSuggestions(host)} hidden={HIDDEN} onChange={(key, value) => setValues((now) => ({ ...now, [key]: value }))} />
      </ScrollArea.Autosize>
      {changed.length > 0 && (
        <Table withTableBorder aria-label={t('run:edit.changes')}>
          <Table.Thead><Table.Tr><Table.Th w={170}>{t('run:edit.field')}</Table.Th><Table.Th>{t('run:edit.before')}</Table.Th><Table.Th>{t('run:edit.after')}</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{changed.map((item) => <Table.Tr key={item.key}><Table.Td fz="sm">{t(`run:fields.${item.key}`)}</Table.Td><Table.Td ff="monospace" fz="xs" c="red" style={{ whiteSpace: 'pre-wrap' }}>{item.before}</Table.Td><Table.Td ff="monospace" fz="xs" c="teal" style={{ whiteSpace: 'pre-wrap' }}>{item.after}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      )}
      {steps.length > 0 && (
        <Timeline bulletSize={12} lineWidth={2} active={steps.length}>
          {steps.map((step, index) => <Timeline.Item key={index} color={step.step === 'failed' ? 'red' : 'teal'}><Text size="sm">{t(`run:edit.steps.${step.step}`)}{step.message && <Text span size="sm" c={step.step === 'failed' ? 'red' : 'var(--gantry-subtle)'}> {step.message}</Text>}</Text></Timeline.Item>)}
        </Timeline>
      )}
      {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
      <Group justify="space-between">
        {update !== undefined ? <Checkbox size="sm" checked={isLiveWanted} onChange={(event) => setLiveWanted(event.currentTarget.checked)} label={t('run:edit.live')} /> : <Text size="sm" c="var(--gantry-subtle)" maw={520}>{changed.length > 0 ? t('run:edit.recreates') : t('run:edit.nothing')}</Text>}
        <Group><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button loading={isBusy} disabled={changed.length === 0 || Object.keys(problems).length > 0} onClick={() => void apply()}>{isLive ? t('run:edit.apply') : t('run:edit.recreate')}</Button></Group>
      </Group>
    </Stack>
  );
}
