// What the files tab does with files: upload as a task with progress, download, delete after asking.
import { i18n } from '../i18n/i18n.ts';
import { queryClient } from '../queries.ts';
import { rpc, transferUrl } from '../rpc.ts';
import { runTask } from '../tasks.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { attempt } from '../ui/notify.ts';
import { tarBlob, type Chosen } from './upload.ts';

export interface Place { host: string; id: string; path: string }

export function joined(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

export function refreshFolder({ host, id, path }: Place): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [host, 'folder', id, path] });
}

export async function uploadFiles(place: Place, files: Chosen[]): Promise<void> {
  if (files.length === 0) return;
  const archive = tarBlob(files);
  await runTask({ title: i18n.t('container:files.uploading', { count: files.length, path: place.path }), host: place.host }, async (task) => {
    for await (const { url } of await rpc.containerTools.upload(place, { signal: task.signal })) {
      send(transferUrl(url), archive, task.signal, (current) => task.update({ current, total: archive.size })).catch((error: unknown) => task.update({ status: String(error) }));
    }
  });
  await refreshFolder(place);
}

/** fetch() cannot tell how far an upload is. */
function send(url: string, body: Blob, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded));
    request.addEventListener('load', () => (request.status < 400 ? resolve() : reject(new Error(request.statusText))));
    request.addEventListener('error', () => reject(new Error('the upload was cut off')));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

export async function downloadFile({ host, id }: Place, path: string): Promise<void> {
  await attempt(i18n.t('container:files.downloadFailed'), async () => {
    const { url, fileName } = await rpc.containerTools.download({ host, id, path });
    Object.assign(document.createElement('a'), { href: transferUrl(url), download: fileName }).click();
  });
}

export async function deleteFile(place: Place, name: string): Promise<boolean> {
  const path = joined(place.path, name);
  if (!(await confirmDanger({ title: i18n.t('container:files.deleteTitle', { name }), text: path, confirm: i18n.t('container:files.delete') }))) return false;
  const isDone = await attempt(i18n.t('container:files.deleteFailed', { name }), () => rpc.containerTools.removeFile({ ...place, path }));
  await refreshFolder(place);
  return isDone;
}
