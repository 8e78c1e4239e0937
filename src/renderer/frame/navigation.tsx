// The navigation: whatever the routes offer, with live counts beside the lists.
import { ScrollArea, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useRows, type ListKind } from '../queries.ts';
import { navigation } from '../routes.ts';
import classes from './frame.module.css';

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  return (
    <>
      <ScrollArea flex={1}><Section section="main" onNavigate={onNavigate} /></ScrollArea>
      <Section section="bottom" onNavigate={onNavigate} />
    </>
  );
}

function Section({ section, onNavigate }: { section: 'main' | 'bottom'; onNavigate: () => void }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  return (
    <Stack gap={2} component="nav" aria-label={t(`nav.${section}`)}>
      {navigation.filter((item) => item.section === section).map((item) => {
        const isActive = item.path === '/' ? location === '/' : location === item.path || location.startsWith(`${item.path}/`);
        return (
          <Link key={item.path} href={item.path} className={classes.link ?? ''} onClick={onNavigate} {...(isActive ? { 'data-active': true, 'aria-current': 'page' as const } : {})}>
            <item.icon size={18} stroke={1.7} aria-hidden />
            {t(item.label)}
            {item.list && <Count kind={item.list} />}
          </Link>
        );
      })}
    </Stack>
  );
}

function Count({ kind }: { kind: ListKind }) {
  const { rows } = useRows(kind);
  return rows.length === 0 ? null : <span className={`${classes.count} numeric`}>{rows.length.toLocaleString()}</span>;
}
