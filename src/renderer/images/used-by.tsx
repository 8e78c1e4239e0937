// Containers made from an image.
import { Anchor, Paper, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostRow } from '../queries.ts';

export function UsedBy({ containers }: { containers: HostRow<ContainerRow>[] }) {
  const { t } = useTranslation();
  if (containers.length === 0) return <Text c="var(--gantry-subtle)">{t('images:notUsed')}</Text>;
  return (
    <Paper withBorder>
      <Table fz="sm">
        <Table.Tbody>
          {containers.map(({ key, host, row }) => <Table.Tr key={key}><Table.Td><Anchor component={Link} href={`/containers/${host.id}/${row.Id}`}>{row.Names[0]?.replace(/^\//, '')}</Anchor></Table.Td><Table.Td>{row.Status || row.State}</Table.Td></Table.Tr>)}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
