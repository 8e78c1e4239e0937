// Languages. One file per subject and language, found by name: `en/images.ts` is the namespace `images`, used as `images:title`.
// English is part of the first load, others come when chosen. Every key exists in every language (i18n.test.ts).
import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';

type Texts = { [key: string]: string | Texts };

const english = import.meta.glob<Texts>('./en/*.ts', { eager: true, import: 'default' });
const chinese = import.meta.glob<Texts>('./zh-CN/*.ts', { import: 'default' });

export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

export const i18n = createInstance();

/** @param wanted `auto` takes the browser's */
export async function startTexts(wanted: Language | 'auto'): Promise<void> {
  await i18n.use(initReactI18next).init({
    resources: { en: namespaces(english) },
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'frame',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await chooseLanguage(wanted);
}

export async function chooseLanguage(wanted: Language | 'auto'): Promise<void> {
  const language = wanted === 'auto' ? (navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en') : wanted;
  if (language === 'zh-CN' && !i18n.hasResourceBundle('zh-CN', 'frame')) {
    const loaded = await Promise.all(Object.entries(chinese).map(async ([path, load]) => [path, await load()] as const));
    for (const [namespace, texts] of Object.entries(namespaces(Object.fromEntries(loaded)))) i18n.addResourceBundle('zh-CN', namespace, texts);
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}

function namespaces(files: Record<string, Texts>): Record<string, Texts> {
  return Object.fromEntries(Object.entries(files).map(([path, texts]) => [path.replace(/^.*\/|\.ts$/g, ''), texts]));
}
