// One terminal on the screen: xterm joined to a session in main. Taking the pane away leaves the session running.
import { ActionIcon, Group, TextInput } from '@mantine/core';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TerminalInfo } from '../../../main/contract/terminals.ts';
import { failureOf, rpc } from '../../rpc.ts';
import classes from './tabs.module.css';

const THEME = { background: '#0f1115', foreground: '#e6e8ec', cursor: '#79a8ff', selectionBackground: '#2f6bfc66', black: '#434954', red: '#ff7b72', green: '#56d364', yellow: '#e3b341', blue: '#79a8ff', magenta: '#d2a8ff', cyan: '#56c8d8', white: '#d5d8de' };

export function TerminalPane({ id, label, onEnd }: { id: string; label: string; onEnd: (info: TerminalInfo) => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const finder = useRef<SearchAddon>(null);
  const shown = useRef<Terminal>(null);
  const end = useRef(onEnd);
  const [isSearching, setSearching] = useState(false);
  useEffect(() => void (end.current = onEnd), [onEnd]);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const controller = new AbortController();
    const terminal = new Terminal({ fontFamily: "'JetBrains Mono Variable', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace", fontSize: 13, cursorBlink: true, scrollback: 10_000, theme: THEME, allowProposedApi: true, screenReaderMode: false });
    const fit = new FitAddon();
    shown.current = terminal;
    finder.current = new SearchAddon();
    terminal.loadAddon(fit);
    terminal.loadAddon(finder.current);
    terminal.loadAddon(new WebLinksAddon());
    terminal.open(element);
    fit.fit();
    terminal.focus();
    const tell = (error: unknown) => {
      if (!controller.signal.aborted) terminal.write(`\r\n\u001b[31m${failureOf(error).message}\u001b[0m\r\n`);
    };
    const resize = () => rpc.terminals.resize({ id, columns: terminal.cols, rows: terminal.rows }).catch(() => {}); // the session may have ended
    terminal.onResize(() => void resize());
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true;
      if (event.code === 'KeyF') setSearching(true);
      else if (event.code === 'KeyC') void navigator.clipboard.writeText(terminal.getSelection());
      else return true;
      event.preventDefault(); // browsers have their own ideas for these keys
      return false;
    });
    // Keys of one moment go as one message, in order: the next is sent when the last has arrived.
    let typed = '';
    let sending = false;
    const send = async () => {
      sending = true;
      while (typed !== '' && !controller.signal.aborted) {
        const data = typed;
        typed = '';
        await rpc.terminals.write({ id, data }).catch(tell);
      }
      sending = false;
    };
    terminal.onData((data) => {
      typed += data;
      if (!sending) void send();
    });
    void (async () => {
      await resize();
      for await (const output of await rpc.terminals.attach({ id }, { signal: controller.signal })) {
        // Waiting for the write is the back-pressure of `yes`.
        if (output.type === 'data') await new Promise<void>((resolve) => terminal.write(output.data, resolve));
        else end.current(output.info);
      }
    })().catch(tell);
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    return () => {
      controller.abort();
      observer.disconnect();
      terminal.dispose();
    };
  }, [id]);

  const closeSearch = () => {
    setSearching(false);
    finder.current?.clearDecorations();
    shown.current?.focus();
  };
  return (
    <div className={classes.pane}>
      {isSearching && (
        <Group gap={6} wrap="nowrap">
          <TextInput size="xs" flex={1} ref={(field) => field?.focus()} aria-label={t('container:terminal.search')} placeholder={t('container:terminal.search')} onChange={(event) => finder.current?.findNext(event.currentTarget.value, { incremental: true })} onKeyDown={(event) => { if (event.key === 'Enter') finder.current?.[event.shiftKey ? 'findPrevious' : 'findNext'](event.currentTarget.value); if (event.key === 'Escape') closeSearch(); }} />
          <ActionIcon aria-label={t('close')} onClick={closeSearch}><IconX size={14} /></ActionIcon>
        </Group>
      )}
      {!isSearching && <ActionIcon className={classes.find ?? ''} size="sm" variant="subtle" aria-label={t('container:terminal.search')} onClick={() => setSearching(true)}><IconSearch size={14} /></ActionIcon>}
      <div ref={box} className={classes.terminal} role="application" aria-label={label} />
    </div>
  );
}
