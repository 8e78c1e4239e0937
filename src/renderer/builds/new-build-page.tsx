// A new build, empty or begun from an earlier one: `?from=host/id`.
import { useSearch } from 'wouter';
import { useRows } from '../queries.ts';
import { LoadingRows } from '../ui/states.tsx';
import { BuildForm } from './build-form.tsx';

export default function NewBuildPage() {
  const from = new URLSearchParams(useSearch()).get('from');
  const { rows, isLoading } = useRows('builds');
  if (from !== null && isLoading) return <LoadingRows />;
  return <BuildForm key={from} begun={rows.find(({ host, row }) => `${host.id}/${row.id}` === from)} />;
}
