// "Are you sure", for what cannot be undone. The button says what it does.
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';
import { i18n } from '../i18n/i18n.ts';

export function confirmDanger(about: { title: string; text: ReactNode; confirm: string }): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title: about.title,
      children: <Text size="sm" component="div">{about.text}</Text>,
      labels: { confirm: about.confirm, cancel: i18n.t('cancel') },
      confirmProps: { color: 'red', autoContrast: true },
      closeButtonProps: { 'aria-label': i18n.t('close') },
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
