// Owns the line of topics above a chat, where the bot has topics in private chats; hidden where there are none.

import { el } from "./dom.js";

/** `choose(id)` is told which topic to show; null shows all. */
export class Topics {
  constructor(choose) {
    this.choose = choose;
    this.names = new Map();
    this.chosen = null;
    this.element = el("div", { class: "topics", role: "group", "aria-label": "Topics", hidden: true });
  }

  /** Learns of a topic from a message in it. */
  note(message) {
    const id = message.message_thread_id;
    const name = message.forum_topic_created?.name ?? message.forum_topic_edited?.name;
    if (!id || (this.names.has(id) && !name)) return;
    this.names.set(id, name ?? `Topic ${id}`);
    this.show();
  }

  show() {
    const choice = (id, name) =>
      el("button", { type: "button", "aria-pressed": String(this.chosen === id), dir: "auto", text: name, on: { click: () => this.select(id) } });
    this.element.hidden = !this.names.size;
    this.element.replaceChildren(choice(null, "All"), ...[...this.names].map(([id, name]) => choice(id, name)));
  }

  select(id) {
    this.chosen = id;
    this.choose(id);
    this.show();
    [...this.element.children].find((one) => one.getAttribute("aria-pressed") === "true")?.focus();
  }
}
