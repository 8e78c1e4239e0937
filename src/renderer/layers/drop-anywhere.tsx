// An archive dropped anywhere on a view of the explorer is opened.
import '@mantine/dropzone/styles.css';
import { Group, Modal, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileImport } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { attempt } from '../ui/notify.ts';
import { OpeningState } from './opening-state.tsx';
import { knownSession, openFile } from './session.ts';

export function DropAnywhere() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<{ name: string; controller: AbortController }>();
  const open = async (dropped: File) => {
    const controller = new AbortController();
    setFile({ name: dropped.name, controller });
    await attempt(t('layers:cannotOpen'), async () => {
      const opened = await openFile(dropped, controller.signal).catch((error: unknown) => { if (controller.signal.aborted) return undefined; throw error; });
      if (opened === undefined) return;
      client.setQueryData(knownSession(opened.session).queryKey, opened);
      navigate(`/layers/session/${opened.session}`);
    });
    setFile(undefined);
  };
  return (
    <>
      <Dropzone.FullScreen active={file === undefined} multiple={false} onDrop={([dropped]) => dropped && void open(dropped)}>
        <Group justify="center" gap="md" mih="80vh" style={{ pointerEvents: 'none' }}><IconFileImport size={44} stroke={1.4} aria-hidden /><Text fw={600} size="lg">{t('layers:dropHere')}</Text></Group>
      </Dropzone.FullScreen>
      <Modal opened={file !== undefined} onClose={() => file?.controller.abort()} title={file?.name} closeButtonProps={{ 'aria-label': t('cancel') }}><OpeningState id={file?.name ?? ''} /></Modal>
    </>
  );
}
