// Which of several images is shown: platforms of one name, or the images of an archive.
import { Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageChoice } from '../../main/contract/layers.ts';
import { attempt } from '../ui/notify.ts';

export function ChoicePicker({ choices, onChoose }: { choices: ImageChoice[]; onChoose: (id: string) => void | Promise<void> }) {
  const { t } = useTranslation();
  const [isOpening, setOpening] = useState(false);
  const names = new Set(choices.map((choice) => choice.names.join()));
  const label = ({ id, names: own, platform }: ImageChoice) => (names.size > 1 ? `${own[0] ?? id.slice(7, 19)} · ${platform}` : platform || id.slice(7, 19));
  const choose = async (id: string | null) => {
    if (id === null || choices.find((choice) => choice.isChosen)?.id === id) return;
    setOpening(true);
    await attempt(t('layers:cannotOpen'), async () => onChoose(id));
    setOpening(false);
  };
  return <Select aria-label={t('layers:choice')} w={names.size > 1 ? 300 : 180} size="sm" allowDeselect={false} searchable={choices.length > 12} disabled={isOpening} value={choices.find((choice) => choice.isChosen)?.id ?? null} data={choices.map((choice) => ({ value: choice.id, label: label(choice) }))} onChange={(id) => void choose(id)} />;
}
