// Entry of the page: connect to main, choose language and theme, draw.
// Mantine's styles come in a cascade layer, so that ours win whatever order the build loads them in.
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import '@mantine/charts/styles.layer.css';
import './base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTexts, type Language } from './i18n/i18n.ts';
import { language } from './language.ts';
import { routes } from './routes.ts';
import { connectShell } from './rpc.ts';
import { preloadViews } from './view.tsx';

const asked = new URLSearchParams(window.location.search).get('lng');

void connectShell();
await startTexts((asked as Language | null) ?? language.get());
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
preloadViews(routes.map((route) => route.view));
