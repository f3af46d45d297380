// Owns what is different in a group: several people in one chat, and in whose name one acts in it.

import { api } from "./api.js";
import { el, nameOf } from "./dom.js";
import { openGroupMenu } from "./menus.js";
import { Pane } from "./pane.js";

export class GroupPane extends Pane {
  /** `users`: everybody, by their numbers. */
  constructor(host, group, users) {
    super(host, asUser(group), "group");
    this.users = users;
    this.element.classList.add("group");
    this.setGroup(group);
  }

  build() {
    super.build();
    this.speaker = el("select", { class: "language speaker", "aria-label": "Act as", on: { change: () => this.showSpeaker() } });
    this.language.replaceWith(this.speaker);
    const menu = this.menuButton.cloneNode(true);
    menu.setAttribute("aria-label", "Group menu");
    menu.addEventListener("click", () => openGroupMenu(this, menu));
    this.menuButton.replaceWith(menu);
  }

  setGroup(group) {
    this.group = group;
    const chosen = this.speaker.value;
    const members = group.members.map((id) => this.users.get(id)).filter(Boolean);
    this.speaker.replaceChildren(...members.map((user) => el("option", { value: String(user.id), text: nameOf(user) })));
    if (members.some((user) => String(user.id) === chosen)) this.speaker.value = chosen;
    this.setUser(asUser(group));
    this.showSpeaker();
  }

  showSpeaker() {
    this.transcript.redraw();
  }

  get actor() {
    return Number(this.speaker.value);
  }

  get where() {
    return { chat_id: this.group.id };
  }

  fetch() {
    return api.chatMessages(this.user.id);
  }

  fetchCommands() {
    return api.chatCommands(this.user.id);
  }

  hasTopics() {
    return Boolean(this.group?.is_forum);
  }

  isBotIn() {
    return !["kicked", "left"].includes(this.group.bot_status);
  }

  async setBot(status) {
    const boss = this.group.administrators[0];
    await this.attempt(() => api.setBot(boss, { chat_id: this.group.id, status }));
  }

  isOwn(message) {
    return message.from?.id === this.actor;
  }

  userName() {
    return nameOf(this.users?.get(this.actor) ?? this.user);
  }

  speakerOf(message) {
    return message.from ? nameOf(message.from) : this.botName();
  }

  nameAbove(message) {
    return this.isOwn(message) ? null : this.speakerOf(message);
  }

  /** A group has no keyboard of its own. */
  askForReplyKeyboard() {}
}

/** A group as the parts of a pane that know only people see it. */
function asUser(group) {
  return { id: group.id, first_name: group.title, language_code: "en", is_started: true, is_blocked: false };
}
