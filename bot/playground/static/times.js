// Owns how moments are written: in the browser's time zone and in the language of the reader. Knows no elements.

const formats = new Map();

function format(lang, options) {
  const key = `${lang}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(lang, options);
    } catch {
      found = new Intl.DateTimeFormat("en", options);
    }
    formats.set(key, found);
  }
  return found;
}

/** "14:05" or "2:05 PM". */
export function timeOfDay(unix, lang) {
  return format(lang, { hour: "numeric", minute: "2-digit" }).format(unix * 1000);
}

/** Date and time in full, for titles. */
export function inFull(unix, lang) {
  return format(lang, { dateStyle: "full", timeStyle: "long" }).format(unix * 1000);
}

/** The clock of the top bar. */
export function clockFace(ms) {
  return format("en", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(ms);
}

/** A key that two moments share when they lie on the same local day. */
export function dayKey(unix) {
  const date = new Date(unix * 1000);
  return date.getFullYear() * 10000 + date.getMonth() * 100 + date.getDate();
}

/** What the separator between days says: today, yesterday, or the date. */
export function dayName(unix, nowUnix, lang) {
  const start = (value) => new Date(value * 1000).setHours(0, 0, 0, 0);
  const days = Math.round((start(nowUnix) - start(unix)) / 86400000);
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(safe(lang), { numeric: "auto" }).format(-days, "day");
    return word.charAt(0).toLocaleUpperCase(lang) + word.slice(1);
  }
  const sameYear = new Date(unix * 1000).getFullYear() === new Date(nowUnix * 1000).getFullYear();
  return format(lang, { day: "numeric", month: "long", year: sameYear ? undefined : "numeric" }).format(unix * 1000);
}

/**
 * The text of a Telegram `date_time` entity: "r" is relative to `nowUnix`; else any of w (weekday), d/D (short or
 * long date), t/T (short or long time); null for an empty or unknown format, which means: leave the text as it is.
 */
export function dateTimeEntity(unix, pattern, nowUnix, lang) {
  if (pattern === "r") return relative(unix - nowUnix, lang);
  if (!pattern || !/^w?[dD]?[tT]?$/.test(pattern)) return null;
  const has = (letter) => pattern.includes(letter);
  const options = {};
  if (has("w")) options.weekday = has("D") || !has("d") ? "long" : "short";
  if (has("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (has("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (has("t") || has("T")) Object.assign(options, { hour: "numeric", minute: "2-digit" });
  if (has("T")) options.second = "2-digit";
  return format(lang, options).format(unix * 1000);
}

const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [86400 * 30, 86400, "day"],
  [86400 * 365, 86400 * 30, "month"],
  [Infinity, 86400 * 365, "year"],
];

function relative(seconds, lang) {
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return new Intl.RelativeTimeFormat(safe(lang), { numeric: "always" }).format(Math.round(seconds / size), unit);
}

function safe(lang) {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? "en";
  } catch {
    return "en";
  }
}

/** "0:07", "1:02:03". */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}

/** "340 KB", "1.4 MB". */
export function size(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}
