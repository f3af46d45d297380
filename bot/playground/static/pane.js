// Owns one person's private chat with the bot: header, transcript, what stands at the bottom, and every press in it.

import { api } from "./api.js";
import { Composer } from "./composer.js";
import { alertDialog, confirmDialog, openViewer, promptDialog, toast } from "./dialogs.js";
import { avatar, el, icon, iconButton, nameOf } from "./dom.js";
import { languageOptions } from "./languages.js";
import { startOf } from "./links.js";
import { openChatMenu, openMessageMenu } from "./menus.js";
import { Presses } from "./presses.js";
import { Topics } from "./topics.js";
import { Transcript } from "./transcript.js";

const ACTION_MS = 5500;
const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a photo",
  upload_video: "sending a video",
  upload_document: "sending a file",
  upload_voice: "sending a voice message",
  record_voice: "recording a voice message",
  record_video: "recording a video",
  choose_sticker: "choosing a sticker",
  find_location: "looking for a place",
};

/** `host`: bot, now(), onUnread(), onClosed(pane), isShown(pane). */
export class Pane {
  constructor(host, user, role) {
    this.host = host;
    this.user = user;
    // "seller, Harbour Select": what the person is, and where.
    [this.role, this.place] = [...role.split(", "), ""];
    this.unread = 0;
    this.reactions = new Map();
    this.presses = new Presses();
    this.topics = new Topics({ choose: (id) => this.showTopic(id), make: () => this.makeTopic(), remove: (id) => this.removeTopic(id) });
    this.touched = new Set();
    this.reader = { lang: user.language_code || "en", now: host.now };
    this.act = { command: (text) => this.attempt(() => this.sendText(text)), link: (url) => this.openLink(url), copy: (text) => this.copy(text) };
    this.openMedia = (items, index) => openViewer(items, index, (message) => message.caption ?? "");
    this.transcript = new Transcript({ chat: this, label: `Messages of ${nameOf(user)}`, onUnread: (count) => this.countUnread(count) });
    this.composer = new Composer({
      label: `Message as ${nameOf(user)}`,
      names: (message) => this.speakerOf(message),
      actions: {
        sendText: (text, { replyTo } = {}) => this.sendText(text, replyTo),
        sendFiles: (fields) => this.sendFiles(fields),
        saveEdit: (message, text) => this.saveEdit(message, text),
        commands: async () => (await this.fetchCommands()).commands,
        lastOwn: () => [...this.transcript.own()].find((one) => one.text ?? one.caption),
        complain: (text) => this.complain(text),
      },
    });
    this.build();
    this.setUser(user);
  }

  build() {
    const { user } = this;
    this.title = el("h2", { dir: "auto" });
    this.subtitle = el("p", { class: "subtitle" });
    this.language = el("select", { class: "language", "aria-label": "Language", on: { change: () => this.changeLanguage() } });
    this.menuButton = iconButton("more", "Chat menu", { "aria-haspopup": "menu", on: { click: () => openChatMenu(this, this.menuButton) } });
    this.face = el("span", { class: "face" });
    const place = this.place ? el("span", { class: "place", dir: "auto", text: ` · ${this.place}` }) : null;
    const chip = this.role ? el("span", { class: "role", data: { role: this.role }, title: [this.role, this.place].filter(Boolean).join(", ") }, this.role, place) : null;
    const skip = el("button", { type: "button", class: "skip", text: "Skip to the message field", on: { click: () => this.focus() } });
    const head = el("header", { class: "pane-head" }, skip, this.face, el("div", { class: "pane-title" }, this.title, chip, this.subtitle), this.language, this.menuButton);
    this.startButton = el("button", { type: "button", class: "wide", data: { action: "start" }, text: "Start", on: { click: () => this.start() } });
    this.unblockButton = el("button", { type: "button", class: "wide", data: { action: "unblock" }, text: "Unblock", on: { click: () => this.setBlocked(false) } });
    this.dropHint = el("div", { class: "drop-hint", hidden: true, "aria-hidden": "true" }, icon("photo", 40), el("span", { text: "Drop files here to send them" }));
    const foot = el("footer", { class: "pane-foot" }, this.startButton, this.unblockButton, this.composer.element);
    const body = el("div", { class: "pane-body" }, this.topics.element, this.transcript.element, this.dropHint);
    this.element = el("section", { class: "pane", id: `pane-${user.id}`, data: { pane: user.id } }, head, body, foot);
    this.body = body;
    this.takeDrops();
    this.transcript.log.addEventListener("contextmenu", (event) => this.onContextMenu(event));
  }

  takeDrops() {
    let depth = 0;
    const carries = (event) => event.dataTransfer?.types.includes("Files") && !this.composer.element.hidden;
    const show = (change) => {
      depth = change ? Math.max(0, depth + change) : 0;
      this.dropHint.hidden = !depth;
    };
    this.element.addEventListener("dragenter", (event) => carries(event) && show(1));
    this.element.addEventListener("dragleave", (event) => carries(event) && show(-1));
    this.element.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
    this.element.addEventListener("drop", (event) => {
      show(0);
      if (carries(event)) this.composer.takeFrom(event.dataTransfer, event);
    });
  }

  // Whose chat it is; a group's says otherwise

  /** In whose name things are done here. */
  get actor() {
    return this.user.id;
  }

  /** What requests name the chat by, where it is not the actor's own. */
  get where() {
    return {};
  }

  fetch() {
    return api.messages(this.user.id);
  }

  fetchCommands() {
    return api.commands(this.user.id);
  }

  hasTopics() {
    return this.host.bot.has_topics;
  }

  /** The name above what others than the actor say; none where there is but one other. */
  nameAbove() {
    return null;
  }

  speakerOf(message) {
    return this.isOwn(message) ? this.userName() : this.botName();
  }

  // Who and what, as the rows ask

  isOwn(message) {
    return message.from?.id === this.user.id;
  }

  isRead(message) {
    return message.message_id <= this.transcript.readUpTo;
  }

  isSeen() {
    return this.host.isShown(this) && !document.hidden;
  }

  botName() {
    return this.host.bot.first_name;
  }

  userName() {
    return nameOf(this.user);
  }

  reactionsOf(messageId) {
    return this.reactions.get(messageId) ?? [];
  }

  // The person

  setUser(user) {
    const lang = user.language_code || "en";
    const isNewLanguage = lang !== this.reader.lang;
    this.user = user;
    this.reader.lang = lang;
    this.title.textContent = nameOf(user);
    this.face.replaceChildren(avatar(user));
    this.element.setAttribute("aria-label", `${nameOf(user)}${this.role ? `, ${this.role}` : ""}: chat with ${this.botName()}`);
    this.language.replaceChildren(...languageOptions(lang));
    this.transcript.log.lang = lang;
    this.showSubtitle();
    this.showFoot();
    if (isNewLanguage) this.transcript.redraw();
  }

  showSubtitle() {
    const words = this.action ? `${this.action}` : "bot";
    this.subtitle.classList.toggle("acting", Boolean(this.action));
    const dots = this.action ? el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")) : null;
    this.subtitle.replaceChildren(el("bdi", { text: this.botName() }), this.action ? ` is ${words}` : ` · ${words}`, dots ?? "");
  }

  showFoot() {
    const { is_blocked: isBlocked, is_started: isStarted } = this.user;
    const hadFocus = this.element.querySelector(".pane-foot").contains(document.activeElement);
    this.unblockButton.hidden = !isBlocked;
    this.startButton.hidden = isBlocked || isStarted;
    this.composer.element.hidden = isBlocked || !isStarted;
    this.transcript.empty.textContent = isStarted ? "No messages here yet" : "No messages here yet. Press Start below, or pick a story under “Try this”.";
    if (hadFocus) this.focus();
  }

  focus() {
    if (!this.unblockButton.hidden) this.unblockButton.focus();
    else if (!this.startButton.hidden) this.startButton.focus();
    else this.composer.focus();
  }

  async changeLanguage() {
    await this.attempt(async () => this.setUser(await api.changeUser(this.user.id, { language_code: this.language.value })));
  }

  async askForLink() {
    const given = await promptDialog(`Open a link as ${this.userName()}`, "A link such as t.me/…?start=…, or what follows start=", "Open");
    if (!given) return;
    const payload = /^[\w-]{1,64}$/.test(given) ? given : startOf(given, this.host.bot.username);
    if (payload) await this.start(payload);
    else this.complain("That is not a link to this bot.");
  }

  async setBlocked(isBlocked) {
    await this.attempt(async () => this.setUser(await (isBlocked ? api.block : api.unblock)(this.user.id)));
  }

  // Doing

  /** Runs something that may fail, and says so in the pane. */
  async attempt(call) {
    try {
      return await call();
    } catch (error) {
      this.complain(error.message);
      return null;
    }
  }

  complain(text) {
    toast(this.body, text, "error");
  }

  take({ messages = [] } = {}) {
    for (const message of messages) if (!this.transcript.message(message.message_id)) this.put(message);
  }

  async start(payload) {
    await this.attempt(async () => this.take(await api.start(this.user.id, payload)));
    if (!this.user.is_started || this.user.is_blocked) this.setUser({ ...this.user, is_started: true, is_blocked: false });
    this.focus();
  }

  threadFor(replyTo) {
    return this.transcript.thread || this.transcript.message(replyTo)?.message_thread_id || undefined;
  }

  async sendText(text, replyTo) {
    const fields = { text, ...this.where };
    if (replyTo) fields.reply_to = replyTo;
    const thread = this.threadFor(replyTo);
    if (thread) fields.thread_id = thread;
    this.take(await api.send(this.actor, fields));
  }

  async sendFiles(fields) {
    const note = el("div", { class: "sending chip", role: "status" }, el("span", { class: "spinner" }), el("span", { text: fields.files.length > 1 ? `Sending ${fields.files.length} files…` : "Sending…" }));
    this.body.append(note);
    try {
      this.take(await api.sendFiles(this.actor, { ...fields, threadId: this.threadFor(fields.replyTo), chatId: this.where.chat_id }));
    } finally {
      note.remove();
    }
  }

  async saveEdit(message, text) {
    const { messages } = await api.edit(this.actor, message.message_id, text, this.where);
    for (const edited of messages) this.transcript.upsert(edited, { isEdit: true });
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast(this.body, "Copied to clipboard");
    } catch {
      this.complain("The browser does not let the page copy.");
    }
  }

  async openLink(url) {
    const payload = startOf(url, this.host.bot.username);
    if (payload !== null) {
      if (payload) await this.start(payload);
      else this.focus();
      return;
    }
    if (url.startsWith("tg:")) toast(this.body, "This link opens only in Telegram.");
    else if (await confirmDialog("Open link", `Do you want to open ${url}?`, "Open")) window.open(url, "_blank", "noopener,noreferrer");
  }

  jump(id) {
    if (!this.transcript.jump(id)) toast(this.body, "That message is not here any more.");
    if (this.topics.chosen !== this.transcript.thread) this.topics.select(null);
  }

  // Topics

  /** Shows one topic, or all (null); what is written then goes where one looks. */
  showTopic(id) {
    this.transcript.filter(id);
    this.composer.setPlace(this.topics.nameOf(id));
  }

  topicOf(message) {
    return this.topics.isOn ? (message.message_thread_id ?? 0) : 0;
  }

  async switchTopics() {
    const isOn = !this.host.bot.has_topics;
    await this.attempt(() => api.switchTopics(isOn));
    toast(this.body, `Topics are switched ${isOn ? "on" : "off"}. The bot takes a minute to notice.`);
  }

  async makeTopic() {
    const name = await promptDialog("New topic", "What is it about?", "Make it");
    if (!name) return;
    const made = await this.attempt(() => api.openTopic(this.user.id, name));
    if (!made) return;
    await this.load();
    this.topics.select(made.message_thread_id);
    this.focus();
  }

  async removeTopic(id) {
    const name = this.topics.nameOf(id);
    if (await confirmDialog("Delete topic", `Do you want to delete “${name}” and all messages in it? The bot is not told.`, "Delete")) {
      await this.attempt(() => api.deleteTopic(this.user.id, id));
    }
  }

  // Buttons under messages

  async pressButton(message, button, node) {
    if (button.url) return this.openLink(button.url);
    if (button.copy_text) return this.copy(button.copy_text.text);
    if (button.callback_data === undefined) return toast(this.body, "This button works only in Telegram.");
    if (node.classList.contains("busy")) return null;
    const fields = { message_id: message.message_id, data: button.callback_data, ...this.where };
    return this.attempt(() => this.presses.begin(node, async () => (await api.press(this.actor, fields)).callback_query_id));
  }

  pressReplyKey(button) {
    if (button.request_contact) return this.attempt(() => api.contact(this.user.id));
    return this.attempt(() => this.sendText(button.text));
  }

  // The menu of one message

  onContextMenu(event) {
    const row = event.target.closest("[data-message]");
    if (!row || event.target.closest("a, img, video") || String(getSelection())) return;
    const message = this.transcript.message(Number(row.dataset.message));
    if (!message) return;
    event.preventDefault();
    this.openMenu(message, { getBoundingClientRect: () => new DOMRect(event.clientX, event.clientY, 0, 0), classList: row.classList });
  }

  onMessageKey(key, message, row) {
    const text = message.text ?? message.caption;
    const keys = {
      r: () => this.canWrite() && this.composer.startReply(message),
      e: () => this.canEdit(message) && this.composer.startEdit(message),
      c: () => text && this.copy(text),
      Enter: () => this.openMenu(message, row.querySelector(".bubble") ?? row),
      Escape: () => this.focus(),
    };
    const run = keys[key.length === 1 ? key.toLowerCase() : key];
    if (run) run();
    return Boolean(run);
  }

  canWrite() {
    return this.user.is_started && !this.user.is_blocked;
  }

  canEdit(message) {
    return this.canWrite() && this.isOwn(message) && Boolean(message.text ?? message.caption);
  }

  openMenu(message, anchor) {
    openMessageMenu(this, message, anchor);
  }

  // What the server tells

  /** Fetches the chat as it is now; what events touch meanwhile is newer and stays. */
  async load() {
    this.touched.clear();
    const { messages, keyboard, topics } = await this.fetch();
    this.topics.set(this.hasTopics() ? topics : null);
    this.transcript.reconcile(messages, this.touched);
    this.showReplyKeyboard(keyboard);
  }

  showReplyKeyboard(keyboard) {
    const shape = JSON.stringify(keyboard ?? null);
    if (shape === this.keyboardShape) return;
    this.keyboardShape = shape;
    this.composer.setReplyKeyboard(keyboard, (button) => this.pressReplyKey(button));
  }

  /** The bot's keyboard is no part of any message, so it is asked for when the bot has spoken. */
  askForReplyKeyboard() {
    clearTimeout(this.asking);
    this.asking = setTimeout(async () => {
      const last = Number.MAX_SAFE_INTEGER;
      const { keyboard } = await api.messages(this.user.id, last).catch(() => ({ keyboard: undefined }));
      if (keyboard !== undefined) this.showReplyKeyboard(keyboard);
    }, 250);
  }

  put(message) {
    this.touched.add(message.message_id);
    const isRenamed = this.topics.note(message);
    this.transcript.upsert(message);
    if (isRenamed) this.transcript.labelAll();
    if (this.isOwn(message)) return;
    this.topics.count(message);
    this.setAction(null);
    this.askForReplyKeyboard();
  }

  onEvent(kind, data) {
    switch (kind) {
      case "message":
        return this.put(data.message);
      case "edit":
        this.touched.add(data.message.message_id);
        if (!this.isOwn(data.message)) this.transcript.markAllRead();
        return this.transcript.upsert(data.message, { isEdit: true });
      case "delete":
        this.touched.add(data.message_id);
        this.composer.forget(data.message_id);
        return this.transcript.remove(data.message_id);
      case "topic_deleted":
        return this.topics.forget(data.thread_id);
      case "answer":
        return this.onAnswer(data);
      case "action":
        return this.setAction(data.action);
      case "reaction":
        return this.onReaction(data);
      default:
        return null;
    }
  }

  onAnswer({ callback_query_id: id, text, show_alert: isAlert, url }) {
    this.transcript.markAllRead();
    this.presses.answered(id);
    if (url) this.openLink(url);
    if (!text) return;
    if (isAlert) alertDialog(this.botName(), text);
    else toast(this.body, text);
  }

  onReaction({ message_id: id, reaction }) {
    const given = Array.isArray(reaction) ? reaction : reaction ? [reaction] : [];
    this.reactions.set(id, given.map((one) => (typeof one === "string" ? one : (one.emoji ?? "⭐"))));
    this.transcript.refresh(id);
  }

  setAction(action) {
    clearTimeout(this.actionTimer);
    this.action = action ? (ACTIONS[action] ?? "busy") : null;
    if (action) {
      this.transcript.markAllRead();
      this.actionTimer = setTimeout(() => this.setAction(null), ACTION_MS);
    }
    this.showSubtitle();
  }

  countUnread(count) {
    this.unread = count;
    this.host.onUnread();
  }
}
