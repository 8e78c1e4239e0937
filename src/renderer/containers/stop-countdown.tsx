// While a stop waits for the program to end: how long until it is killed.
import { Button, Group, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { verb, type Container } from './container-actions.ts';
import { useKillCountdown } from './use-life.ts';

/** Docker's, where neither the image nor the container names one. */
export const DEFAULT_GRACE_SECONDS = 10;

export function StopCountdown({ item, graceSeconds }: { item: Container; graceSeconds: number }) {
  const leftMs = useKillCountdown(item, graceSeconds);
  return leftMs === undefined ? null : <Countdown item={item} leftMs={leftMs} />;
}

function Countdown({ item, leftMs }: { item: Container; leftMs: number }) {
  const { t } = useTranslation();
  const [wholeMs] = useState(leftMs); // from where it was first seen
  return (
    <Group gap="sm" wrap="nowrap" role="timer" aria-label={t('container:life.stopping')}>
      <Text size="sm" className="numeric">{t('container:life.killIn', { seconds: (leftMs / 1000).toFixed(1) })}</Text>
      <Progress value={wholeMs === 0 ? 100 : 100 - (leftMs / wholeMs) * 100} w={100} color="orange" transitionDuration={100} aria-label={t('container:life.stopping')} />
      <Button size="compact-xs" color="red" variant="light" onClick={() => void verb('kill')([item])}>{t('container:life.killNow')}</Button>
    </Group>
  );
}
