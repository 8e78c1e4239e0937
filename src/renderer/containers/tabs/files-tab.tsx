// The files of a container: browse, preview, edit, upload (also by dropping), download, rename, delete.
import { ActionIcon, Alert, Anchor, Breadcrumbs, Button, FileButton, Group, Menu, Table, Text } from '@mantine/core';
import { IconDots, IconFile, IconFolder, IconFolderPlus, IconFolderUp, IconLink, IconRefresh, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ComponentPropsWithoutRef, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileEntry } from '../../../main/contract/container-tools.ts';
import { rpc } from '../../rpc.ts';
import { formatAge, formatBytes } from '../../ui/format.ts';
import { attempt } from '../../ui/notify.ts';
import { FailureNote, LoadingRows } from '../../ui/states.tsx';
import { deleteFile, downloadFile, joined, refreshFolder, uploadFiles, type Place } from '../file-actions.ts';
import { askName } from '../name-dialog.tsx';
import { dropped } from '../upload.ts';
import { FilePreview } from './file-preview.tsx';
import classes from './tabs.module.css';

/** Chromium's attribute for choosing a folder with all that is in it; React knows no type of it. */
const WHOLE_FOLDER = { webkitdirectory: '' } as ComponentPropsWithoutRef<'input'>;

const ICONS = { dir: IconFolder, symlink: IconLink, file: IconFile, other: IconFile };

export function FilesTab({ host, id, isRunning, startPath }: { host: string; id: string; isRunning: boolean; startPath?: string }) {
  const { t, i18n } = useTranslation();
  const [path, setPath] = useState(() => startPath ?? new URLSearchParams(window.location.search).get('path') ?? '/'); // a volume's page links to where it is mounted
  const [shown, setShown] = useState<FileEntry>();
  const [isOver, setOver] = useState(false);
  const place: Place = { host, id, path };
  const query = useQuery({ queryKey: [host, 'folder', id, path, isRunning], queryFn: ({ signal }) => rpc.containerTools.folder(place, { signal }), staleTime: 0 });
  const entries = useMemo(() => (query.data?.entries ?? []).toSorted((a, b) => Number(b.type === 'dir') - Number(a.type === 'dir') || a.name.localeCompare(b.name)), [query.data]);
  const go = (next: string) => {
    setPath(next);
    setShown(undefined);
  };
  const open = (entry: FileEntry) => (entry.type === 'dir' ? go(joined(path, entry.name)) : entry.type === 'symlink' && entry.linkTarget ? follow(entry.linkTarget) : setShown(entry));
  const follow = (target: string) => {
    const parts = (target.startsWith('/') ? target : joined(path, target)).split('/').reduce<string[]>((made, part) => (part === '..' ? made.slice(0, -1) : part === '' || part === '.' ? made : [...made, part]), []);
    go(`/${parts.slice(0, -1).join('/')}`);
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    await uploadFiles(place, await dropped(event.dataTransfer.items));
  };
  const makeFolder = async () => {
    const name = await askName(t('container:files.newFolder'), '');
    if (name) await attempt(t('container:files.newFolderFailed'), () => rpc.containerTools.makeFolder({ ...place, path: joined(path, name) })).then(() => refreshFolder(place));
  };
  const rename = async (entry: FileEntry) => {
    const name = await askName(t('container:files.rename'), entry.name);
    if (name && name !== entry.name) await attempt(t('container:files.renameFailed', { name: entry.name }), () => rpc.containerTools.rename({ ...place, path: joined(path, entry.name), to: joined(path, name) })).then(() => refreshFolder(place));
  };
  const parts = path.split('/').filter(Boolean);

  return (
    <>
      <Group gap="xs" mb="xs" wrap="nowrap">
        <Breadcrumbs separatorMargin={4} style={{ overflow: 'hidden' }} aria-label={t('container:files.path')}>
          {[t('container:files.root'), ...parts].map((name, index) => <Anchor key={index} component="button" type="button" size="sm" ff="monospace" onClick={() => go(`/${parts.slice(0, index).join('/')}`)}>{name}</Anchor>)}
        </Breadcrumbs>
        <ActionIcon ml="auto" aria-label={t('container:files.read')} onClick={() => void query.refetch()} loading={query.isFetching}><IconRefresh size={16} /></ActionIcon>
        <Button size="compact-sm" variant="default" leftSection={<IconFolderPlus size={14} />} onClick={() => void makeFolder()}>{t('container:files.newFolder')}</Button>
        <FileButton multiple onChange={(files) => void uploadFiles(place, files.map((file) => ({ path: file.name, file })))}>{(props) => <Button {...props} size="compact-sm" variant="default" leftSection={<IconUpload size={14} />}>{t('container:files.upload')}</Button>}</FileButton>
        <FileButton multiple inputProps={WHOLE_FOLDER} onChange={(files) => void uploadFiles(place, files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))}>{(props) => <Button {...props} size="compact-sm" variant="default" leftSection={<IconFolderUp size={14} />}>{t('container:files.uploadFolder')}</Button>}</FileButton>
      </Group>
      {query.data?.isPartial && <Alert color="yellow" mb="xs">{t('container:files.partial')}</Alert>}
      {query.isError ? <FailureNote title={t('container:files.failed', { path })} error={query.error} onRetry={() => void query.refetch()} /> : !query.data ? <LoadingRows /> : (
        <div style={{ flex: 1, minHeight: 0, display: 'flex', gap: 12 }}>
          <div className={`${classes.preview} ${classes.drop}`} data-over={isOver || undefined} tabIndex={0} role="region" aria-label={t('container:tabs.files')} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={(event) => void drop(event)}>
            <Table highlightOnHover stickyHeader verticalSpacing={5} aria-label={path}>
              <Table.Thead><Table.Tr><Table.Th>{t('container:files.name')}</Table.Th><Table.Th w={100} ta="right">{t('container:files.size')}</Table.Th><Table.Th w={90}>{t('container:files.mode')}</Table.Th><Table.Th w={100}>{t('container:files.owner')}</Table.Th><Table.Th w={150}>{t('container:files.modified')}</Table.Th><Table.Th w={40} aria-label={t('container:files.actions')} /></Table.Tr></Table.Thead>
              <Table.Tbody>
                {path !== '/' && <Table.Tr><Table.Td colSpan={6}><Anchor component="button" type="button" size="sm" onClick={() => go(`/${parts.slice(0, -1).join('/')}`)}>..</Anchor></Table.Td></Table.Tr>}
                {entries.map((entry) => <FileRow key={entry.name} entry={entry} isShown={shown?.name === entry.name} language={i18n.language} onOpen={() => open(entry)} onDownload={() => void downloadFile(place, joined(path, entry.name))} onRename={() => void rename(entry)} onDelete={() => void deleteFile(place, entry.name)} />)}
              </Table.Tbody>
            </Table>
            {entries.length === 0 && <Text size="sm" c="var(--gantry-subtle)" p="md">{t('container:files.empty')}</Text>}
          </div>
          {shown && <FilePreview key={joined(path, shown.name)} place={place} entry={shown} onClose={() => setShown(undefined)} />}
        </div>
      )}
    </>
  );
}

function FileRow({ entry, isShown, language, onOpen, onDownload, onRename, onDelete }: { entry: FileEntry; isShown: boolean; language: string; onOpen: () => void; onDownload: () => void; onRename: () => void; onDelete: () => void }) {
  const { t } = useTranslation();
  const Shown = ICONS[entry.type];
  return (
    <Table.Tr bg={isShown ? 'var(--mantine-primary-color-light)' : 'transparent'}>
      <Table.Td><Group gap={8} wrap="nowrap"><Shown size={16} color={entry.type === 'dir' ? 'var(--mantine-primary-color-filled)' : 'var(--gantry-subtle)'} style={{ flex: 'none' }} aria-hidden /><Anchor component="button" type="button" size="sm" c="var(--mantine-color-text)" ta="left" style={{ whiteSpace: 'pre' }} onClick={onOpen}>{entry.name}</Anchor>{entry.linkTarget !== undefined && <Text size="xs" c="var(--gantry-subtle)" truncate>→ {entry.linkTarget}</Text>}</Group></Table.Td>
      <Table.Td ta="right" fz="xs" className="numeric">{entry.type === 'file' ? formatBytes(entry.sizeBytes) : ''}</Table.Td>
      <Table.Td ff="monospace" fz="xs">{entry.mode.toString(8).padStart(4, '0')}</Table.Td>
      <Table.Td fz="xs">{entry.owner}</Table.Td>
      <Table.Td fz="xs">{formatAge(entry.modifiedMs, language)}</Table.Td>
      <Table.Td>
        <Menu>
          <Menu.Target><ActionIcon size="sm" aria-label={t('table.actionsFor', { name: entry.name })}><IconDots size={15} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onDownload}>{t('container:files.download')}</Menu.Item>
            <Menu.Item onClick={onRename}>{t('container:files.rename')}</Menu.Item>
            <Menu.Item color="red" onClick={onDelete}>{t('container:files.delete')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}
