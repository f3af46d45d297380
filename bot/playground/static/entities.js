// Owns turning a text and its Telegram entities into nodes. Offsets are UTF-16 code units, which is how JavaScript
// indexes strings. What a click does is the caller's: `act` has command(text), link(url), copy(text), mention(name).

import { el } from "./dom.js";
import { dateTimeEntity, inFull } from "./times.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Nodes for `text` with `entities`. `reader`: {lang, now() in Unix seconds}. */
export function richText(text, entities = [], reader, act) {
  const ordered = entities
    .filter((e) => e.length > 0 && e.offset >= 0 && e.offset < text.length)
    .map((entity) => ({ entity, from: entity.offset, to: Math.min(text.length, entity.offset + entity.length) }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  return render(text, 0, text.length, ordered, reader, act);
}

function render(text, from, to, spans, reader, act) {
  const nodes = [];
  let at = from;
  const queue = [...spans];
  while (queue.length) {
    const span = queue.shift();
    const start = Math.max(span.from, at);
    if (span.to <= start) continue;
    const end = Math.min(span.to, to);
    if (start > at) nodes.push(text.slice(at, start));
    const inner = [];
    while (queue.length && queue[0].from < end) {
      const next = queue.shift();
      inner.push({ ...next, to: Math.min(next.to, end) });
      if (next.to > end) queue.unshift({ ...next, from: end });
      if (next.to > end) break;
    }
    nodes.push(wrap(span.entity, text.slice(start, end), () => render(text, start, end, inner, reader, act), reader, act));
    at = end;
    // A block ends its own line: the newline after it would leave an empty one.
    if (BLOCKS.has(span.entity.type) && text[at] === "\n") at += 1;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, raw, children, reader, act) {
  const type = entity.type;
  if (type in PLAIN) return el(PLAIN[type], {}, children());
  switch (type) {
    case "spoiler":
      return spoiler(children());
    case "code":
      return pressable("code", raw, "Copy", () => act.copy(raw));
    case "pre":
      return el("pre", { data: entity.language ? { language: entity.language } : {} }, el("code", {}, children()));
    case "blockquote":
      return el("blockquote", {}, children());
    case "expandable_blockquote":
      return expandable(children());
    case "text_link":
      return link(entity.url, children(), act);
    case "url":
      return link(raw, children(), act);
    case "email":
      return link(`mailto:${raw}`, children(), act);
    case "mention":
      return pressable("a", raw, `Copy ${raw}`, () => act.copy(raw), { class: "mention" });
    case "bot_command":
      return pressable("a", raw, `Send ${raw}`, () => act.command(raw), { class: "command" });
    case "text_mention":
    case "hashtag":
    case "cashtag":
    case "phone_number":
      return el("span", { class: "mention" }, children());
    case "date_time":
      return moment(entity, raw, reader);
    default:
      return el("span", {}, children());
  }
}

function pressable(tag, text, title, press, props = {}) {
  const go = (event) => {
    event.preventDefault();
    event.stopPropagation();
    press();
  };
  const onKey = (event) => {
    if (event.key === "Enter" || event.key === " ") go(event);
  };
  return el(tag, { tabindex: 0, role: "button", dir: "auto", title, text, on: { click: go, keydown: onKey }, ...props });
}

function link(address, children, act) {
  const url = safeUrl(address);
  if (!url) return el("span", {}, children);
  const go = (event) => {
    event.preventDefault();
    event.stopPropagation();
    act.link(url);
  };
  return el("a", { href: url, dir: "auto", rel: "noopener noreferrer", target: "_blank", title: url, on: { click: go } }, children);
}

/** An address that may be opened, or null: http, https, tg and mailto only. */
export function safeUrl(address) {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`);
    return ["http:", "https:", "tg:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function spoiler(children) {
  const node = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show" }, el("span", {}, children));
  const reveal = (event) => {
    if (node.classList.contains("shown") || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return node;
}

function expandable(children) {
  const quote = el("blockquote", { class: "expandable" }, el("span", {}, children));
  const toggle = el("button", { type: "button", class: "quote-toggle", "aria-expanded": "false", text: "Show all" });
  toggle.addEventListener("click", () => {
    const open = quote.classList.toggle("open");
    toggle.setAttribute("aria-expanded", open);
    toggle.textContent = open ? "Show less" : "Show all";
  });
  quote.append(toggle);
  return quote;
}

function moment(entity, raw, reader) {
  const written = dateTimeEntity(entity.unix_time, entity.date_time_format, reader.now(), reader.lang);
  const node = el("time", {
    class: "moment",
    datetime: new Date(entity.unix_time * 1000).toISOString(),
    title: inFull(entity.unix_time, reader.lang),
    text: written ?? raw,
  });
  if (entity.date_time_format === "r") node.dataset.relative = entity.unix_time;
  return node;
}
