// Owns the line of topics above a chat, where the bot has topics in private chats; hidden where there are none.

import { el, icon, iconButton } from "./dom.js";

/** Outside of all topics: no topic has this number. */
export const OUTSIDE = 0;

/** `choose(id)` is told which topic to show, null shows all; `make()` and `remove(id)` are asked for. */
export class Topics {
  constructor({ choose, make, remove }) {
    this.choose = choose;
    this.names = new Map();
    this.unread = new Map();
    this.chosen = null;
    this.list = el("div", { class: "topic-list", role: "group", "aria-label": "Topics" });
    this.removeButton = iconButton("close", "Delete this topic", { class: "topic-remove", on: { click: () => remove(this.chosen) } });
    const add = iconButton("add", "New topic", { class: "topic-add", on: { click: make } });
    this.element = el("div", { class: "topics", hidden: true }, this.list, this.removeButton, add);
  }

  /** What a topic is called, null for what is in none. */
  nameOf(id) {
    return id ? (this.names.get(id) ?? null) : null;
  }

  /** Takes the topics as they are now; null: the chat has none. */
  set(topics) {
    this.isOn = topics !== null;
    this.names = new Map((topics ?? []).map((one) => [one.thread_id, one.is_closed ? `${one.name} (closed)` : one.name]));
    if (this.chosen && !this.names.has(this.chosen)) this.select(null);
    else this.show();
  }

  /** Learns of a topic from a message in it; true when one is called otherwise now. */
  note(message) {
    const id = message.message_thread_id;
    const name = message.forum_topic_created?.name ?? message.forum_topic_edited?.name;
    if (!id || !name || this.names.get(id) === name) return false;
    this.names.set(id, name);
    this.show();
    return true;
  }

  /** A message came into a topic that does not show. */
  count(message) {
    const id = message.message_thread_id ?? OUTSIDE;
    if (this.chosen === null || this.chosen === id) return;
    this.unread.set(id, (this.unread.get(id) ?? 0) + 1);
    this.show();
  }

  forget(id) {
    this.names.delete(id);
    this.unread.delete(id);
    if (this.chosen === id) this.select(null);
    else this.show();
  }

  show() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.topic : null;
    const choice = (id, name) => {
      const unread = this.unread.get(id);
      const badge = unread ? el("span", { class: "badge", text: unread, "aria-label": `${unread} unread` }) : null;
      return el("button", { type: "button", data: { topic: String(id) }, "aria-pressed": String(this.chosen === id), on: { click: () => this.select(id) } }, el("bdi", { text: name }), badge);
    };
    this.element.hidden = !this.isOn;
    this.removeButton.hidden = !this.chosen;
    const outside = this.names.size ? [choice(OUTSIDE, "Outside topics")] : [];
    this.list.replaceChildren(choice(null, "All"), ...outside, ...[...this.names].map(([id, name]) => choice(id, name)));
    if (focused) this.list.querySelector(`[data-topic="${focused}"]`)?.focus();
  }

  select(id) {
    this.chosen = id;
    if (id === null) this.unread.clear();
    else this.unread.delete(id);
    this.choose(id);
    this.show();
    this.list.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/** The line above a message that says which topic it is in, for who looks at all of them. */
export function topicLine(name, open) {
  return el("button", { type: "button", class: "in-topic", on: { click: open } }, icon("topic", 14), el("bdi", { text: name ?? "Outside topics" }));
}
