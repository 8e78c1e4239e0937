// A desktop notification when a container fails by itself, if the person wants that (settings).
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { navigate } from 'wouter/use-browser-location';
import type { DockerEvent } from '../../main/contract/system.ts';
import { onEngineEvent } from '../live.ts';
import { rpc } from '../rpc.ts';

/** Exit codes of a container that was told to stop: 128 + SIGKILL, 128 + SIGTERM. */
const ASKED_TO_STOP = new Set(['0', '137', '143']);

export function useExitNotices(): void {
  const { t } = useTranslation();
  const isOn = useQuery({ queryKey: ['preferences'], queryFn: ({ signal }) => rpc.settings.get(undefined, { signal }) }).data?.notifyOnExit ?? false;
  useEffect(() => {
    if (!isOn) return undefined;
    return onEngineEvent((host, event) => {
      const what = failureIn(event);
      if (!what || Notification.permission !== 'granted') return;
      const name = event.Actor.Attributes['name'] ?? event.Actor.ID.slice(0, 12);
      const notice = new Notification(t(`notice.${what}`, { name }), { body: event.Actor.Attributes['image'] ?? '', tag: event.Actor.ID });
      notice.addEventListener('click', () => {
        window.focus();
        navigate(`/containers/${host}/${event.Actor.ID}`);
      });
    });
  }, [isOn, t]);
}

export function failureIn(event: DockerEvent): 'oom' | 'failed' | undefined {
  if (event.Type !== 'container') return undefined;
  if (event.Action === 'oom') return 'oom';
  return event.Action === 'die' && !ASKED_TO_STOP.has(event.Actor.Attributes['exitCode'] ?? '0') ? 'failed' : undefined;
}
