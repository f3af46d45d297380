// Owns what one row of a chat looks like: a bubble with everything in it, its keyboard and its menu button. Holds no
// state; `chat` answers every question and takes every press.

import { drawing, el, icon, iconButton, spoken } from "./dom.js";
import { richText } from "./entities.js";
import { fileRow, gallery, otherContent, picture, summary, voiceRow } from "./media.js";
import { inFull, timeOfDay } from "./times.js";

const TAIL = "M0 0v17.500h8.600c1.3 0 1.9-1.5.9-2.300C5 12.2 1.3 6.7 0 0z";
const TICK = "M1.5 5.600l3.4 3.600L12 1.8";
const TICKS = "M1.2 5.600l3.4 3.600L11.7 1.800M8.2 8.700l.6.500L16 1.8";
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}])*\s?){1,3}$/u;

/** Fills `row` with one message, or with the messages of an album. */
export function fillRow(row, messages, chat) {
  const first = messages[0];
  const isOwn = chat.isOwn(first);
  row.dataset.message = first.message_id;
  row.className = `row ${isOwn ? "out" : "in"}`;
  row.setAttribute("role", "group");
  row.setAttribute("aria-roledescription", "message");
  const service = serviceText(first, chat);
  if (service) {
    row.className = "row service";
    row.replaceChildren(el("span", { class: "chip", dir: "auto", text: service }));
    return;
  }
  const bubble = el("div", { class: "bubble" });
  const name = chat.nameAbove(first);
  bubble.append(name ? el("div", { class: "sender", dir: "auto", text: name }) : spoken(`${isOwn ? "You" : chat.botName()}: `));
  fillBubble(bubble, messages, chat, isOwn);
  const keyboard = inlineKeyboard(messages, chat);
  const more = iconButton("more", "Message menu", {
    class: "row-menu",
    tabindex: -1,
    "aria-haspopup": "menu",
    on: { click: (event) => chat.openMenu(first, event.currentTarget) },
  });
  const stack = el("div", { class: keyboard ? "stack has-keyboard" : "stack" }, bubble, keyboard);
  row.replaceChildren(stack, more);
}

function fillBubble(bubble, messages, chat, isOwn) {
  const first = messages[0];
  const captioned = messages.find((one) => one.text ?? one.caption);
  const text = captioned ? (captioned.text ?? captioned.caption) : "";
  const pictures = messages.map((message) => ({ message, picture: picture(message) })).filter((item) => item.picture);
  const files = messages.filter((message) => !picture(message) && (message.document || message.audio));
  const reactions = reactionRow(messages, chat);
  const meta = metaOf(messages, chat, isOwn);
  const parts = [];
  if (first.forward_origin || first.forward_from) parts.push(el("div", { class: "forwarded", text: "Forwarded message" }));
  if (first.reply_to_message) parts.push(replyQuote(first, chat));
  const above = Boolean(first.show_caption_above_media);
  const media = pictures.length ? gallery(pictures, chat.openMedia) : null;
  if (media && !above) parts.push(media);
  for (const message of files) parts.push(fileRow(message, message === first));
  if (first.voice) parts.push(voiceRow(first));
  const other = otherContent(first);
  if (other) parts.push(other);
  const words = text ? textBlock(captioned, text, chat) : null;
  const isHuge = words && !captioned.caption && !parts.length && ONLY_EMOJI.test(text);
  if (!words && !media && !other && !files.length && !first.voice) parts.push(el("div", { class: "text", text: "This kind of message is not shown here." }));
  if (words) parts.push(words);
  if (media && above) parts.push(media);
  // The time lies on a picture that ends the bubble, else it flows with the last line of the text.
  const onPicture = media && (above || !words) && !reactions;
  bubble.classList.toggle("has-media", Boolean(media));
  bubble.classList.toggle("bare", Boolean(media) && parts.length === 1 && !reactions);
  bubble.classList.toggle("emoji", Boolean(isHuge));
  if (reactions) reactions.append(meta);
  else if (words && !(media && above)) words.append(meta);
  bubble.append(...parts);
  if (reactions) bubble.append(reactions);
  else if (!meta.parentNode) bubble.append(meta);
  meta.classList.toggle("on-picture", Boolean(onPicture));
  meta.classList.toggle("alone", !onPicture && !words && !reactions);
  if (!isHuge) bubble.append(drawing("tail", 10, 18, TAIL));
}

function textBlock(message, text, chat) {
  const entities = (message.text === undefined ? message.caption_entities : message.entities) ?? [];
  // As in Telegram: what a link said behind "start=" goes to the bot and is not shown.
  const shown = chat.isOwn(message) && text.startsWith("/start ") ? "/start" : text;
  return el("div", { class: "text", dir: "auto" }, richText(shown, entities, chat.reader, chat.act));
}

function metaOf(messages, chat, isOwn) {
  const last = messages.at(-1);
  const line = el("span", { class: "meta-line", dir: "ltr" });
  // As in Telegram: a bot that edits its own message says nothing of it.
  if (isOwn && messages.some((message) => message.edit_date)) line.append(el("span", { class: "edited", text: "edited" }));
  const when = new Date(last.date * 1000);
  line.append(el("time", { dir: "auto", datetime: when.toISOString(), title: inFull(last.date, chat.reader.lang), text: timeOfDay(last.date, chat.reader.lang) }));
  if (isOwn) line.append(ticks(chat.isRead(last)));
  // The outer element takes its direction from the text it floats in, the inner one never turns round.
  return el("span", { class: "meta" }, line);
}

function ticks(isRead) {
  const label = isRead ? "Read" : "Sent";
  return el("span", { class: "ticks", role: "img", "aria-label": label, title: label }, drawing("tick", isRead ? 17 : 13, 11, isRead ? TICKS : TICK));
}

/** Turns one tick into two without drawing the row again. */
export function markRead(row) {
  row.querySelector(".ticks")?.replaceWith(ticks(true));
}

function replyQuote(message, chat) {
  const original = message.reply_to_message;
  const preview = picture(original);
  const quoted = message.quote?.text ?? summary(original);
  const label = `Reply to: ${quoted}. Go to that message`;
  return el(
    "button",
    { type: "button", class: "quote", "aria-label": label, on: { click: () => chat.jump(original.message_id) } },
    preview?.preview ? el("img", { src: preview.preview, alt: "", class: "quote-picture" }) : null,
    el("span", { class: "quote-text" }, el("span", { class: "quote-name", dir: "auto", text: chat.speakerOf(original) }), el("span", { class: "quote-words", dir: "auto", text: quoted })),
  );
}

function reactionRow(messages, chat) {
  const reactions = messages.flatMap((message) => chat.reactionsOf(message.message_id));
  if (!reactions.length) return null;
  const chips = reactions.map((emoji) => el("span", { class: "reaction", "aria-label": `Reaction ${emoji}` }, el("span", { text: emoji })));
  return el("div", { class: "reactions" }, chips);
}

function inlineKeyboard(messages, chat) {
  const owner = messages.find((message) => message.reply_markup?.inline_keyboard?.length);
  if (!owner) return null;
  const box = el("div", { class: "keyboard", role: "group", "aria-label": "Buttons" });
  owner.reply_markup.inline_keyboard.forEach((buttons, row) => {
    const line = el("div", { class: "keyboard-row" });
    buttons.forEach((button, column) => line.append(keyboardButton(owner, button, row, column, chat)));
    box.append(line);
  });
  return box;
}

function keyboardButton(message, button, row, column, chat) {
  const node = el(
    "button",
    {
      type: "button",
      class: button.style ? `key ${button.style}` : "key",
      data: { row, column },
      title: button.url ?? button.text,
      on: { click: () => chat.pressButton(message, button, node) },
    },
    el("span", { class: "key-text", dir: "auto", text: button.text }),
  );
  if (button.url) {
    node.append(icon("link", 12), spoken(" (opens a link)"));
    node.dataset.url = button.url;
  } else if (button.copy_text) node.append(icon("copy", 12), spoken(" (copies)"));
  return node;
}

const SERVICES = {
  forum_topic_created: (m) => `Topic “${m.forum_topic_created.name}” created`,
  forum_topic_edited: (m) => (m.forum_topic_edited.name ? `Topic renamed to “${m.forum_topic_edited.name}”` : "Topic changed"),
  forum_topic_closed: () => "Topic closed",
  forum_topic_reopened: () => "Topic reopened",
  pinned_message: (m, chat) => `${chat.botName()} pinned “${summary(m.pinned_message).slice(0, 60)}”`,
  message_auto_delete_timer_changed: () => "Auto-delete changed",
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  write_access_allowed: () => "You allowed this bot to write to you",
};

function serviceText(message, chat) {
  const kind = Object.keys(SERVICES).find((name) => message[name]);
  return kind ? SERVICES[kind](message, chat) : null;
}
