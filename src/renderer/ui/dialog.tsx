// A modal with our close button's name; its content mounts anew each time it opens.
import { Modal, type ModalProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function Dialog({ children, ...props }: ModalProps) {
  const { t } = useTranslation();
  return <Modal {...props} closeButtonProps={{ 'aria-label': t('close') }}>{props.opened && children}</Modal>;
}
