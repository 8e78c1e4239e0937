// Prune: exactly which images would go and how many bytes that frees, before anything happens.
import { Alert, Button, Code, Group, ScrollArea, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatBytes } from '../ui/format.ts';
import { HostSelect } from '../ui/host-select.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { imageName, isDangling, type Image } from './image.ts';
import { bytesFreed, shares } from './layer-map.ts';
import { useImages, useLayerMap } from './use-images.ts';

export function PruneDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('images:prune.title')} size="lg"><Preview onDone={onClose} /></Dialog>;
}

function Preview({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState(hosts[0]?.id ?? '');
  const [all, setAll] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { rows } = useImages();
  const map = useLayerMap(host);
  const going = useMemo(() => rows.filter((image) => image.host.id === host && image.usedBy.length === 0 && (all || isDangling(image))), [rows, host, all]);
  const freed = map.data && bytesFreed(map.data, new Set(going.map((image) => image.row.Id)));
  const unique = useMemo(() => (map.data ? shares(map.data) : undefined), [map.data]);

  const prune = async () => {
    setBusy(true);
    const done = await attempt(t('images:failed.prune'), async () => {
      const result = await rpc.images.prune({ host, all });
      notifyDone(t('images:prune.done', { count: going.length, size: formatBytes(result.reclaimedBytes) }));
    });
    setBusy(false);
    if (done) onDone();
  };
  return (
    <Stack gap="sm">
      <HostSelect value={host} onChange={setHost} />
      <SegmentedControl value={all ? 'all' : 'dangling'} onChange={(value) => setAll(value === 'all')} data={(['dangling', 'all'] as const).map((value) => ({ value, label: t(`images:prune.${value}`) }))} aria-label={t('images:prune.which')} />
      {going.length === 0 ? <Alert color="teal">{t('images:prune.nothing')}</Alert> : (
        <>
          <Text size="sm">{freed === undefined ? t('images:prune.counting') : t('images:prune.frees', { count: going.length, size: formatBytes(freed) })}</Text>
          <ScrollArea.Autosize mah={320}>
            <Table fz="sm">
              <Table.Thead><Table.Tr><Table.Th>{t('images:columns.name')}</Table.Th><Table.Th ta="right">{t('images:columns.size')}</Table.Th><Table.Th ta="right">{t('images:columns.unique')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>{going.map((image) => <Going key={image.key} image={image} uniqueBytes={unique?.get(image.row.Id)?.uniqueBytes} />)}</Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
        </>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>{t('cancel')}</Button>
        <Button color="red" disabled={going.length === 0} loading={isBusy} onClick={() => void prune()}>{t('images:prune.submit', { count: going.length })}</Button>
      </Group>
    </Stack>
  );
}

function Going({ image, uniqueBytes }: { image: Image; uniqueBytes: number | undefined }) {
  return (
    <Table.Tr>
      <Table.Td><Code>{imageName(image)}</Code></Table.Td>
      <Table.Td ta="right" className="numeric">{formatBytes(image.row.Size)}</Table.Td>
      <Table.Td ta="right" className="numeric">{uniqueBytes === undefined ? '…' : formatBytes(uniqueBytes)}</Table.Td>
    </Table.Tr>
  );
}
