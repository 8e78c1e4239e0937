// Asks before containers are removed, and whether the volumes that nobody named go with them (`docker rm -v`).
import { Checkbox, Stack, Text } from '@mantine/core';
import { i18n } from '../i18n/i18n.ts';
import { confirmDanger } from '../ui/confirm.tsx';

const MOST_NAMES = 12;

/** @returns undefined when the person thinks better of it */
export async function askRemove(names: string[], running: string[]): Promise<{ volumes: boolean } | undefined> {
  let volumes = false;
  const sure = await confirmDanger({
    title: i18n.t('containers:remove.title', { count: names.length }),
    text: (
      <Stack gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{i18n.t('containers:remove.text', { names: listed(names) })}</Text>
        {running.length > 0 && <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{i18n.t('containers:remove.running', { names: listed(running) })}</Text>}
        <Checkbox size="sm" label={i18n.t('containers:remove.volumes')} onChange={(event) => { volumes = event.currentTarget.checked; }} />
      </Stack>
    ),
    confirm: i18n.t('containers:actions.remove'),
  });
  return sure ? { volumes } : undefined;
}

/** The first of them; a hundred names would fill the window. */
function listed(names: string[]): string {
  return names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} … (${names.length})`;
}
