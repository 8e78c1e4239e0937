// Words for what the checks found. The checks speak English, as Docker's do; a language that knows a rule says it in its own words,
// with the English beside it where it names things of the file.
import type { TFunction } from 'i18next';
import type { Finding } from '../../main/contract/builds.ts';

export function findingText(t: TFunction, { rule, message }: Finding): string {
  return t(`builds:rules.${rule}`, { message, defaultValue: message });
}

export function fixTitle(t: TFunction, { rule, fix }: Finding): string {
  return fix === undefined ? '' : t(`builds:fixes.${rule}`, { title: fix.title, defaultValue: fix.title });
}
