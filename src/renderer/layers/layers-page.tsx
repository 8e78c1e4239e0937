// Where exploring begins: choose an image of any host, or drop an archive; nothing is loaded into an engine.
import '@mantine/dropzone/styles.css';
import { Group, Paper, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileImport, IconSearch, IconStack3 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useRows } from '../queries.ts';
import { formatBytes } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import classes from './layers.module.css';
import { OpeningState } from './opening-state.tsx';
import { RegistryOpener } from './registry-opener.tsx';
import { knownSession, openFile } from './session.ts';

const SHOWN = 200;

export default function LayersPage() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const { rows, isLoading, errors } = useRows('images');
  const [search, setSearch] = useState('');
  const [file, setFile] = useState<File>();
  const [failure, setFailure] = useState<unknown>();
  const open = async (dropped: File) => {
    setFile(dropped);
    setFailure(undefined);
    try {
      const opened = await openFile(dropped, new AbortController().signal);
      client.setQueryData(knownSession(opened.session).queryKey, opened);
      navigate(`/layers/session/${opened.session}`);
    } catch (error) {
      setFailure(error);
      setFile(undefined);
    }
  };
  const images = rows.flatMap(({ host, row }) => row.RepoTags.filter((tag) => !tag.startsWith('<none>')).map((tag) => ({ host, row, tag }))).filter(({ tag }) => tag.toLowerCase().includes(search.toLowerCase())).slice(0, SHOWN);
  return (
    <Page title={t('layers:title')} subtitle={t('layers:intro')}>
      {failure !== undefined && <FailureNote title={t('layers:cannotOpen')} error={failure} />}
      {file ? <OpeningState id={file.name} /> : (
        <Dropzone multiple={false} onDrop={([dropped]) => dropped && void open(dropped)} aria-label={t('layers:drop')}>
          <Group justify="center" gap="md" mih={110} style={{ pointerEvents: 'none' }}>
            <IconFileImport size={36} stroke={1.4} aria-hidden />
            <Stack gap={2}><Text fw={600}>{t('layers:drop')}</Text><Text size="sm" c="var(--gantry-subtle)">{t('layers:dropHint')}</Text></Stack>
          </Group>
        </Dropzone>
      )}
      <RegistryOpener />
      <TextInput leftSection={<IconSearch size={15} />} aria-label={t('images:search')} placeholder={t('images:search')} value={search} onChange={(event) => setSearch(event.currentTarget.value)} maw={420} />
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('images:listFailed', { host: host.name })} error={error} />)}
      {isLoading ? <LoadingRows /> : (
        <Paper withBorder style={{ overflow: 'hidden' }}>
          {images.length === 0 && <Text p="md" size="sm" c="var(--gantry-subtle)">{t('layers:noImages')}</Text>}
          {images.map(({ host, row, tag }) => (
            <UnstyledButton key={`${host.id}/${tag}`} component={Link} href={`/images/${host.id}/${encodeURIComponent(row.Id)}/layers`} className={classes.layer}>
              <Group wrap="nowrap" gap="sm"><IconStack3 size={17} stroke={1.6} aria-hidden /><Text size="sm" fw={550} flex={1} className={classes.clip}>{tag}</Text><HostBadge host={host} /><Text size="sm" className="numeric" w={80} ta="right">{formatBytes(row.Size)}</Text></Group>
            </UnstyledButton>
          ))}
        </Paper>
      )}
    </Page>
  );
}
