// Where a build's files come from: a folder of this machine, or a git repository.
import { Button, Group, Text, TextInput } from '@mantine/core';
import { IconBrandGit, IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BuildSource } from '../../main/contract/builds.ts';

interface SourceFormProps { kind: BuildSource['kind']; folder: string; url: string; onFolder: (path: string) => void; onUrl: (url: string) => void }

export function SourceForm({ kind, folder, url, onFolder, onUrl }: SourceFormProps) {
  const { t } = useTranslation();
  if (kind === 'text') return <Text size="sm" c="var(--gantry-subtle)">{t('builds:form.textAbout')}</Text>;
  if (kind === 'git') return <TextInput label={t('builds:form.url')} description={t('builds:form.urlHint')} placeholder="https://example.com/shop/api.git#main:docker" value={url} onChange={(event) => onUrl(event.currentTarget.value.trim())} leftSection={<IconBrandGit size={16} />} />;
  return <FolderField key={folder} folder={folder} onFolder={onFolder} />;
}

function FolderField({ folder, onFolder }: { folder: string; onFolder: (path: string) => void }) {
  const { t } = useTranslation();
  const [path, setPath] = useState(folder);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (path.trim() !== '') onFolder(path.trim()); }}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput flex={1} label={t('builds:form.folder')} placeholder="~/shop/api" value={path} onChange={(event) => setPath(event.currentTarget.value)} leftSection={<IconFolder size={16} />} />
        <Button type="submit" variant="default" disabled={path.trim() === ''}>{t('builds:form.open')}</Button>
      </Group>
    </form>
  );
}
