// The whole window takes a dropped archive while the view is shown.
import '@mantine/dropzone/styles.layer.css';
import { Dropzone } from '@mantine/dropzone';
import { Group, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

export function DropArchive({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation();
  return (
    <Dropzone.FullScreen active multiple={false} withinPortal={false} onDrop={([file]) => file && onFile(file)}>
      <Group justify="center" gap="md" mih={320} style={{ pointerEvents: 'none' }}>
        <IconFileImport size={48} stroke={1.4} aria-hidden />
        <Text size="xl">{t('images:load.drop')}</Text>
      </Group>
    </Dropzone.FullScreen>
  );
}
