// Entry of the page: connect to main, choose language and theme, draw.
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '@mantine/charts/styles.css';
import './base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTexts, type Language } from './i18n/i18n.ts';
import { connectShell } from './rpc.ts';

const kept = localStorage.getItem('gantry.language');
const asked = new URLSearchParams(window.location.search).get('lng');

void connectShell();
await startTexts((asked ?? (kept ? (JSON.parse(kept) as string) : 'auto')) as Language | 'auto');
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
