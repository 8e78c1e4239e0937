// The last engine events, newest first.
import { Anchor, Badge, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { activity, readPast, type Activity } from '../activity.ts';
import { useHosts, useScopedHosts } from '../queries.ts';
import { useStore } from '../store.ts';
import { shortId } from '../ui/format.ts';
import { Card } from './card.tsx';
import classes from './dashboard.module.css';

const COLOURS: Record<string, string> = { start: 'teal', create: 'gantry', die: 'orange', oom: 'red', destroy: 'red', delete: 'red', kill: 'orange', pull: 'grape', load: 'grape', stop: 'gray' };

export function ActivityCard() {
  const { t } = useTranslation();
  const hosts = useScopedHosts().filter((host) => host.state === 'live').map((host) => host.id);
  const ids = hosts.join(' ');
  const list = useStore(activity).filter((item) => hosts.includes(item.host));
  useEffect(() => {
    const controller = new AbortController();
    for (const id of ids.split(' ').filter(Boolean)) readPast(id, controller.signal).catch(() => {}); // an engine without kept events: the list begins now
    return () => controller.abort();
  }, [ids]);
  return (
    <Card title={t('dashboard:activity')} height={220}>
      {list.length === 0 ? <Text size="sm" c="var(--gantry-subtle)">{t('dashboard:quiet')}</Text> : list.slice(0, 40).map((item) => <Line key={item.key} item={item} />)}
    </Card>
  );
}

function Line({ item: { host, event } }: { item: Activity }) {
  const name = nameOf(event);
  const { t, i18n } = useTranslation();
  const hosts = useHosts();
  const time = new Date(event.time * 1000).toLocaleTimeString(i18n.language);
  const href = event.Type === 'container' && event.Action !== 'destroy' ? `/containers/${host}/${event.Actor.ID}` : undefined;
  return (
    <div className={classes.event}>
      <Text size="xs" c="var(--gantry-subtle)" className="numeric">{time}</Text>
      <Badge size="sm" color={COLOURS[event.Action.split(':')[0] ?? ''] ?? 'gray'}>{event.Action.split(':')[0]}</Badge>
      <Text size="sm" truncate>{href ? <Anchor component={Link} href={href} size="sm">{name}</Anchor> : name}</Text>
      <Text size="xs" c="var(--gantry-subtle)">{t(`dashboard:types.${event.Type}`, event.Type)}{hosts.length > 1 && ` · ${hosts.find((known) => known.id === host)?.name ?? host}`}</Text>
    </div>
  );
}

/** Image events carry a name or an id, whichever was asked for. */
function nameOf(event: Activity['event']): string {
  const name = event.Actor.Attributes['name'] ?? event.Actor.ID;
  return /^(sha256:)?[0-9a-f]{64}$/.test(name) ? shortId(name) : name;
}
