// Owns what a person writes with: the text field, files waiting to be sent, reply and edit bars, the list of commands.
// Sending itself is the pane's, through `actions`.

import { el, icon, iconButton } from "./dom.js";
import { summary } from "./media.js";
import { size } from "./times.js";

const PLACE = 14;
const TEXT_LIMIT = 4096;
const ALBUM_LIMIT = 10;

/**
 * `actions`: sendText(text, {replyTo}), sendFiles({files, caption, kind, replyTo}), saveEdit(message, text) — promises;
 * commands() — promise of [{command, description}]; lastOwn() — own message to edit; complain(text).
 */
export class Composer {
  constructor({ actions, label, names }) {
    this.actions = actions;
    this.names = names;
    this.files = [];
    this.replyTo = null;
    this.editing = null;
    this.queue = Promise.resolve();
    this.commands = [];
    this.build(label);
    this.refresh();
  }

  build(label) {
    this.input = el("textarea", { rows: 1, dir: "auto", placeholder: "Message", "aria-label": label, enterkeyhint: "send", autocomplete: "off" });
    this.picker = el("input", { type: "file", multiple: true, class: "sr-only", tabindex: -1, "aria-label": "Files to send" });
    this.menuButton = el("button", { type: "button", class: "menu-button", "aria-expanded": "false", "aria-label": "Menu of commands" }, icon("menu", 18), el("span", { text: "Menu" }));
    this.attachButton = iconButton("attach", "Attach files", { class: "attach" });
    this.keyboardButton = iconButton("keyboard", "Bot keyboard", { hidden: true, "aria-expanded": "true" });
    this.sendButton = el("button", { type: "submit", class: "icon-button send", data: { action: "send" }, "aria-label": "Send", title: "Send" }, icon("send"));
    this.bar = el("div", { class: "composer-bar", hidden: true });
    this.tray = el("div", { class: "tray", hidden: true });
    this.list = el("div", { class: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
    this.replyKeyboard = el("div", { class: "reply-keyboard", role: "group", "aria-label": "Bot keyboard", hidden: true });
    const line = el("div", { class: "composer-line" }, this.menuButton, this.attachButton, this.input, this.keyboardButton, this.sendButton);
    this.element = el("form", { class: "composer" }, this.list, this.bar, this.tray, line, this.replyKeyboard, this.picker);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("paste", (event) => this.takeFrom(event.clipboardData, event));
    this.attachButton.addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => {
      this.addFiles([...this.picker.files]);
      this.picker.value = "";
    });
    this.menuButton.addEventListener("click", () => (this.list.hidden ? this.openCommands("") : this.closeCommands()));
    this.keyboardButton.addEventListener("click", () => this.toggleReplyKeyboard());
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.closeCommands();
    });
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  // Text

  changed() {
    const { input } = this;
    input.style.setProperty("height", "auto");
    input.style.setProperty("height", `${Math.min(input.scrollHeight, 160)}px`);
    const command = /^\/(\w*)$/.exec(input.value);
    if (command && !this.editing) this.openCommands(command[1]);
    else this.closeCommands();
    this.refresh();
  }

  refresh() {
    const isReady = Boolean(this.input.value.trim() || this.files.length);
    this.sendButton.classList.toggle("ready", isReady);
    const label = this.editing ? "Save" : "Send";
    this.sendButton.replaceChildren(icon(this.editing ? "check" : "send"));
    this.sendButton.setAttribute("aria-label", label);
    this.sendButton.title = label;
    this.input.placeholder = this.files.length ? "Add a caption" : (this.placeholder ?? (this.place ? `Message in ${this.place}` : "Message"));
  }

  setText(text) {
    this.input.value = text;
    this.changed();
  }

  onKey(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.onListKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && (this.editing || this.replyTo || this.files.length)) {
      event.stopPropagation();
      this.cancel();
    } else if (event.key === "ArrowUp" && !this.input.value && !this.files.length && !this.editing) {
      const own = this.actions.lastOwn();
      if (own) {
        event.preventDefault();
        this.startEdit(own);
      }
    }
  }

  submit() {
    const text = this.input.value.trim();
    const { editing, files, replyTo } = this;
    if (editing) {
      if (!text) return;
      this.cancel();
      if (text !== (editing.text ?? editing.caption)) this.run(() => this.actions.saveEdit(editing, text));
      return;
    }
    if (!text && !files.length) return;
    const reply = replyTo?.message_id;
    const restore = () => {
      if (!this.input.value) this.setText(text);
      if (files.length && !this.files.length) this.setFiles(files);
    };
    const asFiles = this.kindOf === "document";
    this.files = [];
    this.showTray();
    this.clearBar();
    this.setText("");
    if (files.length) this.run(() => this.sendAll(files, { text, reply, asFiles }), restore);
    else for (const part of parts(text)) this.run(() => this.actions.sendText(part, { replyTo: reply }), restore);
  }

  /** One after the other, so that what is written first arrives first. */
  run(call, onError = () => {}) {
    this.queue = this.queue.then(call).catch((error) => {
      this.actions.complain(error.message);
      onError();
    });
  }

  /** Photos and videos make albums of at most ten; other files go beside them. */
  async sendAll(files, { text, reply, asFiles }) {
    const isMedia = (file) => !asFiles && /^(image\/(jpeg|png|webp)|video\/)/.test(file.type);
    const groups = [files.filter(isMedia), files.filter((file) => !isMedia(file))].filter((group) => group.length);
    let caption = text;
    for (const group of groups) {
      for (let at = 0; at < group.length; at += ALBUM_LIMIT) {
        const kind = isMedia(group[0]) || group[0].type.startsWith("audio/ogg") ? undefined : "document";
        await this.actions.sendFiles({ files: group.slice(at, at + ALBUM_LIMIT), caption, kind, replyTo: reply });
        caption = "";
      }
    }
  }

  // Files

  takeFrom(transfer, event) {
    const files = [...(transfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.addFiles(files);
    this.focus();
  }

  addFiles(files) {
    if (this.editing) this.cancel();
    this.setFiles([...this.files, ...files]);
    this.focus();
  }

  setFiles(files) {
    this.files = files;
    this.showTray();
    this.refresh();
  }

  showTray() {
    for (const image of this.tray.querySelectorAll("[data-blob]")) URL.revokeObjectURL(image.dataset.blob);
    this.tray.hidden = !this.files.length;
    if (this.tray.hidden) return this.tray.replaceChildren();
    const list = el("ul", { class: "tray-files", "aria-label": "Files to send" }, this.files.map((file) => this.trayItem(file)));
    const hasMedia = this.files.some((file) => /^(image|video)\//.test(file.type));
    return this.tray.replaceChildren(list, hasMedia ? this.kindChoice() : "");
  }

  trayItem(file) {
    const remove = () => this.setFiles(this.files.filter((one) => one !== file));
    const name = file.name || "Picture";
    const face = el("span", { class: "tray-face" });
    if (/^image\/(?!svg)/.test(file.type) || file.type.startsWith("video/")) {
      const blob = URL.createObjectURL(file);
      const isImage = file.type.startsWith("image/");
      face.append(isImage ? el("img", { src: blob, alt: "", data: { blob } }) : el("video", { src: `${blob}#t=0.1`, muted: true, preload: "metadata", data: { blob } }));
    } else face.append(icon("file", 28));
    return el("li", { title: `${name}, ${size(file.size)}` }, face, el("span", { class: "tray-name", dir: "auto", text: name }), iconButton("close", `Remove ${name}`, { class: "tray-remove", on: { click: remove } }));
  }

  kindChoice() {
    const name = `kind-${Composer.count++}`;
    const choice = (value, text) =>
      el("label", {}, el("input", { type: "radio", name, value, checked: (this.kindOf ?? "") === value, on: { change: () => (this.kindOf = value) } }), el("span", { text }));
    return el("fieldset", { class: "tray-kind" }, el("legend", { class: "sr-only", text: "Send as" }), choice("", "Photo or video"), choice("document", "File"));
  }

  // Reply and edit

  startReply(message) {
    this.editing = null;
    this.replyTo = message;
    this.showBar("reply", `Reply to ${this.names(message)}`, summary(message));
    this.focus();
  }

  startEdit(message) {
    this.replyTo = null;
    this.editing = message;
    this.showBar("edit", "Edit message", summary(message));
    this.setText(message.text ?? message.caption ?? "");
    this.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  showBar(name, title, words) {
    this.bar.hidden = false;
    this.bar.replaceChildren(
      icon(name),
      el("span", { class: "quote-text" }, el("span", { class: "quote-name", text: title }), el("span", { class: "quote-words", dir: "auto", text: words })),
      iconButton("close", "Cancel", { on: { click: () => this.cancel() } }),
    );
    this.refresh();
  }

  clearBar() {
    this.editing = null;
    this.replyTo = null;
    this.bar.hidden = true;
    this.bar.replaceChildren();
  }

  cancel() {
    const wasEditing = this.editing;
    this.clearBar();
    if (wasEditing) this.setText("");
    else if (this.files.length) this.setFiles([]);
    this.refresh();
    this.focus();
  }

  /** A message that is gone can be neither answered nor edited. */
  forget(messageId) {
    if (this.editing?.message_id === messageId || this.replyTo?.message_id === messageId) this.cancel();
  }

  // Commands

  async openCommands(prefix) {
    this.wanted = prefix;
    try {
      this.commands = await this.actions.commands();
    } catch (error) {
      this.actions.complain(error.message);
      return;
    }
    if (this.wanted !== prefix) return;
    const found = this.commands.filter((one) => one.command.startsWith(prefix.toLowerCase()));
    if (!found.length && prefix !== "") return this.closeCommands();
    const options = found.map((one, i) =>
      el(
        "button",
        { type: "button", role: "option", tabindex: -1, id: `${this.listId()}-${i}`, "aria-selected": "false", data: { command: one.command }, on: { click: () => this.choose(one.command) } },
        el("span", { class: "command-name", text: `/${one.command}` }),
        el("span", { class: "command-text", dir: "auto", text: one.description }),
      ),
    );
    this.list.replaceChildren(...(options.length ? options : [el("p", { text: "This bot has no commands yet." })]));
    this.list.hidden = false;
    this.menuButton.setAttribute("aria-expanded", "true");
    this.mark(prefix && options.length ? 0 : -1);
    if (document.activeElement === this.menuButton) this.focus();
  }

  listId() {
    this.list.id ||= `commands-${Composer.count++}`;
    return this.list.id;
  }

  mark(at) {
    this.marked = at;
    [...this.list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", i === at);
      if (i === at) option.scrollIntoView({ block: "nearest" });
    });
    if (at >= 0) this.input.setAttribute("aria-activedescendant", `${this.listId()}-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  onListKey(event) {
    const options = this.list.querySelectorAll("[role=option]");
    const count = options.length;
    if (event.key === "Escape") this.closeCommands();
    else if (!count) return false;
    else if (event.key === "ArrowDown") this.mark((this.marked + 1) % count);
    else if (event.key === "ArrowUp") this.mark((this.marked - 1 + count) % count);
    else if (event.key === "Tab" && this.marked >= 0) this.setText(`/${options[this.marked].dataset.command} `);
    else if (event.key === "Enter" && !event.shiftKey && this.marked >= 0) this.choose(options[this.marked].dataset.command);
    else return false;
    return true;
  }

  choose(command) {
    this.closeCommands();
    if (/^\/\w*$/.test(this.input.value)) this.setText("");
    this.focus();
    this.run(() => this.actions.sendText(`/${command}`, {}));
  }

  closeCommands() {
    this.wanted = null;
    this.list.hidden = true;
    this.menuButton.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  // The bot's own keyboard below the text field

  /** Names the place that is written to, if it has a name, short enough for one line. */
  setPlace(name) {
    this.place = name && name.length > PLACE ? `${name.slice(0, PLACE - 1).trimEnd()}…` : name;
    this.refresh();
  }

  /** Shows, replaces or (with null) takes away the keyboard. `press(button)` sends. */
  setReplyKeyboard(markup, press) {
    this.placeholder = markup?.input_field_placeholder;
    this.keyboardButton.hidden = !markup;
    this.replyKeyboard.hidden = !markup;
    this.replyKeyboard.replaceChildren();
    for (const buttons of markup?.keyboard ?? []) {
      const row = el("div", { class: "keyboard-row" });
      for (const given of buttons) {
        const button = typeof given === "string" ? { text: given } : given;
        const run = () => {
          press(button);
          if (markup.one_time_keyboard) this.toggleReplyKeyboard(false);
        };
        row.append(el("button", { type: "button", class: `reply-key ${button.style ?? ""}`, dir: "auto", text: button.text, on: { click: run } }));
      }
      this.replyKeyboard.append(row);
    }
    this.refresh();
  }

  toggleReplyKeyboard(show = this.replyKeyboard.hidden) {
    this.replyKeyboard.hidden = !show;
    this.keyboardButton.setAttribute("aria-expanded", show);
  }
}
Composer.count = 1;

/** A text in parts of at most what one message may hold, cut at a line or a space where there is one. */
function parts(text) {
  const found = [];
  let rest = text;
  while (rest.length > TEXT_LIMIT) {
    const head = rest.slice(0, TEXT_LIMIT);
    const cut = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    const at = cut > TEXT_LIMIT / 2 ? cut : TEXT_LIMIT;
    found.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  if (rest) found.push(rest);
  return found;
}
