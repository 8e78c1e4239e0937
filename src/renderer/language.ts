// The chosen language, kept in this browser and applied at once.
import { chooseLanguage, type Language } from './i18n/i18n.ts';
import { createKeptStore } from './store.ts';

export const language = createKeptStore<Language | 'auto'>('language', 'auto');

language.subscribe(() => void chooseLanguage(language.get()));
