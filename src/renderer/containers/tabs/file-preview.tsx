// The beginning of a file, and an editor for small text files.
import { ActionIcon, Button, Group, Text, Textarea } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileEntry } from '../../../main/contract/container-tools.ts';
import { rpc } from '../../rpc.ts';
import { formatBytes } from '../../ui/format.ts';
import { attempt } from '../../ui/notify.ts';
import { FailureNote, LoadingRows } from '../../ui/states.tsx';
import { downloadFile, joined, refreshFolder, type Place } from '../file-actions.ts';
import classes from './tabs.module.css';

export function FilePreview({ place, entry, onClose }: { place: Place; entry: FileEntry; onClose: () => void }) {
  const { t } = useTranslation();
  const path = joined(place.path, entry.name);
  const query = useQuery({ queryKey: [place.host, 'file', place.id, path], queryFn: ({ signal }) => rpc.containerTools.preview({ ...place, path }, { signal }), staleTime: 0, gcTime: 0 });
  const [draft, setDraft] = useState<string>();
  const content = query.data;
  const save = async () => {
    if (draft === undefined) return;
    if (!(await attempt(t('container:files.saveFailed', { name: entry.name }), () => rpc.containerTools.write({ ...place, path, text: draft, mode: entry.mode, uid: entry.uid, gid: entry.gid })))) return;
    setDraft(undefined);
    await Promise.all([query.refetch(), refreshFolder(place)]);
  };
  return (
    <section aria-label={entry.name} style={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column', gap: 8 }}>
      <Group gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" truncate>{entry.name}</Text>
        <Text size="xs" c="var(--gantry-subtle)" className="numeric">{formatBytes(content?.sizeBytes ?? entry.sizeBytes)}</Text>
        <Group gap={6} ml="auto" wrap="nowrap">
          {draft !== undefined && <Button size="compact-sm" onClick={() => void save()}>{t('save')}</Button>}
          {draft !== undefined && <Button size="compact-sm" variant="default" onClick={() => setDraft(undefined)}>{t('cancel')}</Button>}
          {draft === undefined && content?.text !== undefined && !content.isClipped && <Button size="compact-sm" variant="default" onClick={() => setDraft(content.text)}>{t('container:files.edit')}</Button>}
          <Button size="compact-sm" variant="default" onClick={() => void downloadFile(place, path)}>{t('container:files.download')}</Button>
          <ActionIcon aria-label={t('close')} onClick={onClose}><IconX size={15} /></ActionIcon>
        </Group>
      </Group>
      {query.isError ? <FailureNote title={t('container:files.previewFailed')} error={query.error} /> : !content ? <LoadingRows count={5} /> : draft !== undefined ? (
        <Textarea flex={1} aria-label={t('container:files.edit')} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} styles={{ wrapper: { height: '100%' }, input: { height: '100%', fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }} spellCheck={false} />
      ) : (
        <div className={classes.preview} tabIndex={0} role="region" aria-label={t('container:files.preview')}>
          {content.text === undefined ? <Text size="sm" p="md" c="var(--gantry-subtle)">{t('container:files.binary')}</Text> : <pre>{content.text}</pre>}
          {content.isClipped && <Text size="xs" p="md" c="var(--gantry-subtle)">{t('container:files.clipped')}</Text>}
        </div>
      )}
    </section>
  );
}
