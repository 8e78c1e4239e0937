// Removes the containers that do not run, after asking.
import { i18n } from '../i18n/i18n.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { formatBytes } from '../ui/format.ts';
import { attempt, notifyDone } from '../ui/notify.ts';
import { nameOf, type Container } from './container-actions.ts';

const MOST_NAMES = 12;

/** What POST /containers/prune removes. */
export function isOver(item: Container): boolean {
  return ['created', 'exited', 'dead'].includes(item.row.State);
}

export async function pruneContainers(items: Container[]): Promise<void> {
  const names = items.slice(0, MOST_NAMES).map(nameOf).join(', ') + (items.length > MOST_NAMES ? ' …' : '');
  if (!(await confirmDanger({ title: i18n.t('containers:prune.title', { count: items.length }), text: i18n.t('containers:remove.text', { names }), confirm: i18n.t('containers:prune.submit') }))) return;
  for (const host of new Set(items.map((item) => item.host.id))) {
    await attempt(i18n.t('containers:prune.failed'), async () => {
      const { deleted, reclaimedBytes } = await rpc.containerTools.prune({ host });
      notifyDone(i18n.t('containers:prune.done', { count: deleted.length, size: formatBytes(reclaimedBytes) }));
    });
  }
}
