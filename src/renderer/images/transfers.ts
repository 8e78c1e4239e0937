// Pull, push, load, import, save: each runs as a task of the tray with progress, speed and cancel.
import type { Progress, UploadProgress } from '../../main/contract/images.ts';
import type { HostSummary } from '../../main/contract/hosts.ts';
import { i18n } from '../i18n/i18n.ts';
import { rpc, transferUrl } from '../rpc.ts';
import { runTask, type TaskHandle } from '../tasks.ts';
import { notifyDone } from '../ui/notify.ts';
import { createProgress } from './progress.ts';

export interface PullWish { reference: string; platform?: string; allTags?: boolean }

export function startPull(host: HostSummary, wish: PullWish): Promise<boolean | undefined> {
  const title = i18n.t('images:tasks.pull', { name: wish.reference });
  return runTask({ title, host: host.name }, async (task) => {
    task.update({ status: i18n.t('images:tasks.asking') });
    await followed(task, await rpc.images.pull({ host: host.id, ...wish }, { signal: task.signal }));
    notifyDone(i18n.t('images:tasks.pulled', { name: wish.reference }));
    return true;
  });
}

export function startPush(host: HostSummary, reference: string): Promise<boolean | undefined> {
  return runTask({ title: i18n.t('images:tasks.push', { name: reference }), host: host.name }, async (task) => {
    await followed(task, await rpc.images.push({ host: host.id, reference }, { signal: task.signal }));
    notifyDone(i18n.t('images:tasks.pushed', { name: reference }));
    return true;
  });
}

/** Loads an image archive (docker save, OCI layout; plain, gzip or zstd). */
export function startLoad(host: HostSummary, file: File): Promise<boolean | undefined> {
  return runTask({ title: i18n.t('images:tasks.load', { name: file.name }), host: host.name }, async (task) => {
    const said = await uploaded(task, file, await rpc.images.load({ host: host.id }, { signal: task.signal }));
    notifyDone(said.filter((line) => line.startsWith('Loaded')).join('\n') || i18n.t('images:tasks.loaded', { name: file.name }));
    return true;
  });
}

/** Makes an image of a root file system's tar. */
export function startImport(host: HostSummary, file: File, reference: string, changes: string[]): Promise<boolean | undefined> {
  return runTask({ title: i18n.t('images:tasks.import', { name: file.name }), host: host.name }, async (task) => {
    await uploaded(task, file, await rpc.images.import({ host: host.id, reference, changes }, { signal: task.signal }));
    notifyDone(i18n.t('images:tasks.imported', { name: reference || file.name }));
    return true;
  });
}

/** The browser's own download shows progress and cancel. */
export async function startSave(host: HostSummary, ids: string[]): Promise<void> {
  const { url, fileName } = await rpc.images.save({ host: host.id, ids });
  const link = document.createElement('a');
  link.href = transferUrl(url);
  link.download = fileName;
  link.click();
}

async function followed(task: TaskHandle, lines: AsyncIterable<Progress>): Promise<string[]> {
  const progress = createProgress();
  for await (const line of lines) {
    progress.add(line);
    task.update(progress.state());
  }
  return progress.state().said;
}

/** Sends the file while the engine reads it; the bar shows bytes sent, the words are the engine's. */
async function uploaded(task: TaskHandle, file: File, lines: AsyncIterable<UploadProgress>): Promise<string[]> {
  const progress = createProgress();
  let sending: Promise<void> | undefined;
  const read = async () => {
    for await (const line of lines) {
      if (line.type === 'upload') {
        sending = send(task, line.url, file);
        sending.catch(() => {}); // awaited below; the engine's own words matter more when both fail
      } else {
        progress.add(line.progress);
        task.update({ status: progress.state().status });
      }
    }
  };
  await read();
  await sending;
  return progress.state().said;
}

function send(task: TaskHandle, url: string, file: File): Promise<void> {
  return new Promise((resolve, reject) => {
    // XMLHttpRequest, because fetch tells nothing of how much was sent.
    const request = new XMLHttpRequest();
    const beganMs = performance.now();
    request.upload.onprogress = ({ loaded }) => {
      const seconds = (performance.now() - beganMs) / 1000;
      task.update({ current: loaded, total: file.size, bytesPerSecond: seconds > 0.2 ? loaded / seconds : 0 });
    };
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(request.responseText || `status ${request.status}`)));
    request.onerror = () => reject(new Error(i18n.t('images:tasks.uploadBroke')));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    task.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', transferUrl(url));
    request.send(file);
  });
}
