// While a stop waits for the program to end: how long until it is killed.
import { Button, Group, Progress, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../store.ts';
import { stopping, verb, type Container } from './container-actions.ts';

const REPAINT_MS = 100;

export function StopCountdown({ item, graceSeconds }: { item: Container; graceSeconds: number }) {
  const { t } = useTranslation();
  const sinceMs = useStore(stopping)[item.key];
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    if (sinceMs === undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), REPAINT_MS);
    return () => clearInterval(timer);
  }, [sinceMs]);
  if (sinceMs === undefined) return null;
  const leftSeconds = Math.max(0, graceSeconds - (nowMs - sinceMs) / 1000);
  return (
    <Group gap="sm" wrap="nowrap" role="timer" aria-label={t('container:life.stopping')}>
      <Text size="sm" className="numeric">{t('container:life.killIn', { seconds: leftSeconds.toFixed(1) })}</Text>
      <Progress value={graceSeconds === 0 ? 100 : 100 - (leftSeconds / graceSeconds) * 100} w={120} color="orange" transitionDuration={REPAINT_MS} aria-label={t('container:life.stopping')} />
      <Button size="compact-xs" color="red" variant="light" onClick={() => void verb('kill')([item])}>{t('container:life.killNow')}</Button>
    </Group>
  );
}
