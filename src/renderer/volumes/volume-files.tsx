// The files of a volume, through a container that has it, or through one that the app borrows while they are shown.
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FilesTab } from '../containers/tabs/files-tab.tsx';
import { rpc } from '../rpc.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { shownName, type Volume } from './volume.ts';

export function VolumeFiles({ volume: { host, row, users } }: { volume: Volume }) {
  const user = users[0]?.row;
  const destination = user?.Mounts?.find(({ Name }) => Name === row.Name)?.Destination;
  if (user && destination !== undefined) return <FilesTab key={user.Id} host={host.id} id={user.Id} isRunning={user.State === 'running'} startPath={destination} />;
  return <Borrowed key={row.Name} host={host.id} name={row.Name} title={shownName(row)} />;
}

function Borrowed({ host, name, title }: { host: string; name: string; title: string }) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<{ container: string; path: string }>();
  const [error, setError] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const hold = async () => {
      for await (const lent of await rpc.volumes.files({ host, name }, { signal: stop.signal })) setPlace(lent);
    };
    hold().catch((failure: unknown) => { if (!stop.signal.aborted) setError(failure); });
    return () => stop.abort();
  }, [host, name, attempt]);
  if (error !== undefined) return <FailureNote title={t('volumes:filesFailed', { name: title })} error={error} onRetry={() => { setError(undefined); setAttempt((before) => before + 1); }} />;
  if (!place) return <LoadingRows />;
  return <FilesTab host={host} id={place.container} isRunning={false} startPath={place.path} />;
}
