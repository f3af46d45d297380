// Owns the languages a person can choose, as Telegram's language codes and in their own words.

import { el } from "./dom.js";

const LANGUAGES = [
  ["en", "English"],
  ["zh-hans", "简体中文"],
  ["zh-hant", "繁體中文"],
  ["ja", "日本語"],
  ["ko", "한국어"],
  ["es", "Español"],
  ["pt-br", "Português (Brasil)"],
  ["fr", "Français"],
  ["de", "Deutsch"],
  ["ru", "Русский"],
  ["ar", "العربية"],
  ["id", "Bahasa Indonesia"],
  ["vi", "Tiếng Việt"],
  ["tr", "Türkçe"],
];

/** Options of a select, with `chosen` selected even when it is not among ours. */
export function languageOptions(chosen) {
  const known = LANGUAGES.some(([code]) => code === chosen);
  const all = known ? LANGUAGES : [...LANGUAGES, [chosen, chosen]];
  return all.map(([code, name]) => el("option", { value: code, lang: code, text: name, selected: code === chosen }));
}

/** A language in its own words; a code that is not among ours as it is. */
export function languageName(code) {
  return LANGUAGES.find(([known]) => known === code)?.[1] ?? code;
}
