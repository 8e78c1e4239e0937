// A terminal on a host itself, over the SSH connection that is there already.
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { Box, Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { useHost } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Page } from '../ui/page.tsx';

export default function HostTerminalPage() {
  const { t } = useTranslation();
  const { host: id } = useParams<{ host: string }>();
  const host = useHost(id);
  const [run, setRun] = useState(0);
  return (
    <Page fill title={t('hosts:terminal.title', { host: host?.name ?? id })} actions={<Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => setRun((now) => now + 1)}>{t('hosts:terminal.again')}</Button>}>
      <HostTerminal key={`${id} ${run}`} host={id} />
    </Page>
  );
}

function HostTerminal({ host }: { host: string }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const controller = new AbortController();
    const terminal = new Terminal({ fontFamily: "'JetBrains Mono Variable', 'JetBrains Mono', monospace", fontSize: 13, cursorBlink: true, scrollback: 10_000, screenReaderMode: true });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(place.current);
    fit.fit();
    terminal.focus();
    void talk(host, terminal, controller.signal).then(
      (code) => terminal.write(`\r\n\x1b[2m${t('hosts:terminal.ended', { code: code ?? '–' })}\x1b[0m\r\n`),
      (error: unknown) => { if (!controller.signal.aborted) terminal.write(`\r\n\x1b[31m${failureOf(error).message}\x1b[0m\r\n`); },
    );
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      controller.abort();
      terminal.dispose();
    };
  }, [host, t]);
  return <Box ref={place} flex={1} mih={0} bg="#000" p={8} style={{ borderRadius: 8, overflow: 'hidden' }} role="application" aria-label={t('hosts:terminal.label')} />;
}

/** Joins a terminal to a shell on the host until that ends. */
async function talk(host: string, terminal: Terminal, signal: AbortSignal): Promise<number | undefined> {
  let id: string | undefined;
  // Keys wait for the one before them: two calls under way could arrive in the other order.
  let sending: Promise<unknown> = Promise.resolve();
  const send = (work: (id: string) => Promise<unknown>): void => {
    sending = sending.then(() => (id === undefined ? undefined : work(id))).catch(() => {}); // the output stream tells that the shell is gone
  };
  const typed = terminal.onData((data) => send((to) => rpc.remote.terminal.write({ id: to, data })));
  const resized = terminal.onResize(({ cols, rows }) => send((to) => rpc.remote.terminal.resize({ id: to, columns: cols, rows })));
  try {
    for await (const event of await rpc.remote.terminal.open({ host, columns: terminal.cols, rows: terminal.rows }, { signal })) {
      if (event.kind === 'opened') id = event.id;
      else if (event.kind === 'data') await new Promise<void>((done) => terminal.write(event.data, done));
      else return event.code;
    }
    return undefined;
  } finally {
    typed.dispose();
    resized.dispose();
  }
}
