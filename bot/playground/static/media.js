// Owns how photos, videos, albums, files, voices and cards look inside a bubble. What opens the large view is the
// caller's `open(items, index)`.

import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { duration, size } from "./times.js";

const NARROWEST = 0.62;
const WIDEST = 1.9;
const NO_PICTURE = 4 / 3;

/** What of a message is shown as a picture: {kind, url, poster, ratio, ...} or null. */
export function picture(message) {
  if (message.photo?.length) {
    const sizes = [...message.photo].sort((a, b) => a.width - b.width);
    const best = sizes.at(-1);
    const fit = sizes.find((one) => one.width >= 640) ?? best;
    return { kind: "photo", url: api.fileUrl(best.file_id), preview: api.fileUrl(fit.file_id), ...measures(best) };
  }
  const video = message.video ?? message.animation ?? message.video_note;
  if (!video) return null;
  const thumb = video.thumbnail ? api.fileUrl(video.thumbnail.file_id) : null;
  const kind = message.animation ? "animation" : "video";
  const shape = message.video_note ? { ratio: 1, width: 240 } : measures(video);
  return { kind, url: api.fileUrl(video.file_id), preview: thumb, duration: video.duration, bytes: video.file_size, name: video.file_name, ...shape };
}

function measures({ width, height }) {
  const ratio = width && height ? width / height : NO_PICTURE;
  return { ratio: Math.min(WIDEST, Math.max(NARROWEST, ratio)), width: width || 320 };
}

/** One picture or a whole album as a grid without gaps in its outline. `items`: [{message, picture}]. */
export function gallery(items, open) {
  const rows = items.length === 1 ? [items] : split(items);
  const box = el("div", { class: items.length === 1 ? "gallery single" : "gallery" });
  if (items.length === 1) box.style.setProperty("--natural", `${Math.max(120, items[0].picture.width)}px`);
  let index = 0;
  for (const row of rows) {
    const line = el("div", { class: "gallery-row", vars: { "--ratio": sum(row.map((item) => item.picture.ratio)) } });
    for (const item of row) {
      const at = index++;
      line.append(cell(item, at, () => open(items, at)));
    }
    box.append(line);
  }
  return box;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** The partition into rows of at most four whose shape comes nearest to a square-like block of even rows. */
function split(items) {
  const ratios = items.map((item) => item.picture.ratio);
  const gaps = items.length - 1;
  let best = null;
  for (let mask = 0; mask < 1 << gaps; mask += 1) {
    const rows = [[0]];
    for (let i = 1; i < items.length; i += 1) {
      if (mask & (1 << (i - 1))) rows.push([i]);
      else rows.at(-1).push(i);
    }
    if (rows.some((row) => row.length > 4)) continue;
    const heights = rows.map((row) => 1 / sum(row.map((i) => ratios[i])));
    const uneven = sum(heights.map((height) => Math.abs(height - heights[0])));
    const crowded = sum(rows.map((row) => (row.length > 3 ? 0.3 : 0)));
    const cost = Math.abs(sum(heights) - 0.95) + 0.3 * uneven + crowded;
    if (!best || cost < best.cost) best = { cost, rows };
  }
  return best.rows.map((row) => row.map((i) => items[i]));
}

function cell({ message, picture: shown }, index, open) {
  const what = shown.kind === "photo" ? "Photo" : "Video";
  const data = index ? { message: message.message_id } : {};
  const button = el("button", { type: "button", class: "cell", data, "aria-label": `${what}, open large`, vars: { "--ratio": shown.ratio }, on: { click: open } });
  if (shown.kind === "photo" || shown.preview) button.append(still(shown.preview));
  else button.append(el("video", { src: `${shown.url}#t=0.1`, preload: "metadata", muted: true, playsinline: true, tabindex: -1 }));
  if (shown.kind !== "photo") {
    button.append(el("span", { class: "play" }, icon("play", 28)));
    button.append(el("span", { class: "length", text: shown.duration ? duration(shown.duration) : shown.kind === "animation" ? "GIF" : "Video" }));
  }
  return button;
}

function still(url) {
  const image = el("img", { src: url, alt: "", decoding: "async", draggable: "false" });
  image.addEventListener("error", () => image.closest(".cell")?.classList.add("broken"));
  return image;
}

/** A document or a piece of music, to be saved with a click. */
export function fileRow(message, isFirst) {
  const file = message.document ?? message.audio;
  const name = file.file_name ?? [file.performer, file.title].filter(Boolean).join(" – ") ?? "";
  const extension = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1];
  const detail = [size(file.file_size), file.duration ? duration(file.duration) : null].filter(Boolean).join(" · ");
  const data = isFirst ? {} : { message: message.message_id };
  return el(
    "a",
    { class: "file", href: api.fileUrl(file.file_id), download: name || "file", data, "aria-label": `File ${name}, ${detail}, save` },
    el("span", { class: "file-icon" }, extension ? el("span", { text: extension.toLowerCase() }) : icon("file", 24)),
    el("span", { class: "file-text" }, el("span", { class: "file-name", dir: "auto", text: name || "File" }), el("span", { class: "file-size", text: detail })),
    el("span", { class: "file-save" }, icon("save", 18)),
  );
}

/** A voice message with its own small player. */
export function voiceRow(message) {
  const voice = message.voice;
  const url = api.fileUrl(voice.file_id);
  const bars = el("span", { class: "wave", "aria-hidden": "true" });
  const heights = waveform(voice.file_unique_id ?? voice.file_id, 32);
  for (const height of heights) bars.append(el("span", { vars: { "--height": height } }));
  const clock = el("span", { class: "voice-time", text: duration(voice.duration) });
  const button = el("button", { type: "button", class: "round", "aria-label": "Play voice message" }, icon("play", 24));
  let audio = null;
  const show = (name, label) => {
    button.replaceChildren(icon(name, 24));
    button.setAttribute("aria-label", label);
  };
  const tick = () => {
    const length = Number.isFinite(audio.duration) && audio.duration ? audio.duration : voice.duration || 1;
    const played = audio.ended ? 0 : audio.currentTime / length;
    [...bars.children].forEach((bar, i) => bar.classList.toggle("played", i / heights.length < played));
    clock.textContent = duration(audio.paused && !audio.currentTime ? voice.duration : audio.currentTime);
  };
  button.addEventListener("click", () => {
    if (!audio) {
      audio = new Audio(url);
      audio.addEventListener("timeupdate", tick);
      audio.addEventListener("play", () => show("pause", "Pause voice message"));
      for (const name of ["pause", "ended"]) audio.addEventListener(name, () => show("play", "Play voice message"));
    }
    if (audio.paused) audio.play().catch(() => show("play", "This voice message cannot be played here"));
    else audio.pause();
  });
  return el("div", { class: "voice" }, button, el("span", { class: "voice-text" }, bars, clock));
}

/** Bar heights that only depend on the file: the Bot API has no waveform. */
function waveform(seed, count) {
  let state = 7;
  for (const char of seed) state = (state * 31 + char.charCodeAt(0)) >>> 0;
  return Array.from({ length: count }, () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return (0.2 + 0.8 * (state / 2 ** 32)).toFixed(2);
  });
}

/** Contact, place, sticker, dice: whatever else a private chat may carry; null for what is not known. */
export function otherContent(message) {
  if (message.contact) {
    const { first_name: first, last_name: last, phone_number: phone } = message.contact;
    return card("person", [first, last].filter(Boolean).join(" "), phone);
  }
  const place = message.venue?.location ?? message.location;
  if (place) return card("topic", message.venue?.title ?? "Location", `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`);
  if (message.dice) return el("div", { class: "huge", text: `${message.dice.emoji} ${message.dice.value}` });
  if (message.sticker) {
    if (message.sticker.is_animated) return el("div", { class: "huge", text: message.sticker.emoji ?? "🙂" });
    return el("img", { class: "sticker", src: api.fileUrl(message.sticker.file_id), alt: message.sticker.emoji ?? "Sticker" });
  }
  return null;
}

function card(name, title, detail) {
  return el("div", { class: "file" }, el("span", { class: "file-icon" }, icon(name)), el("span", { class: "file-text" }, el("span", { class: "file-name", dir: "auto", text: title }), el("span", { class: "file-size", text: detail ?? "" })));
}

/** A message in a few words, for quotes, menus and the tab title. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text.replace(/\s+/g, " ").slice(0, 200);
  if (message.photo) return "Photo";
  if (message.video || message.video_note) return "Video";
  if (message.animation) return "GIF";
  if (message.voice) return "Voice message";
  if (message.document) return message.document.file_name ?? "File";
  if (message.audio) return message.audio.title ?? "Audio";
  if (message.contact) return "Contact";
  if (message.location || message.venue) return "Location";
  if (message.sticker) return `${message.sticker.emoji ?? ""} Sticker`.trim();
  if (message.dice) return message.dice.emoji;
  return "Message";
}
