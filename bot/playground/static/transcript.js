// Owns the rows of one chat: their order, groups, days, unread mark and scrolling. Only the rows an event touches are
// drawn again. What a row looks like is message.js's; what a press does is the pane's.

import { el, icon } from "./dom.js";
import { fillRow, markRead } from "./message.js";
import { topicLine } from "./topics.js";
import { dateTimeEntity, dayKey, dayName } from "./times.js";

const GROUP_SECONDS = 600;
const NEAR_END = 48;
const ENOUGH_TO_READ = 80;

/** The scrolling list of a chat. `onUnread(count)` is told whenever the number of unseen messages changes. */
export class Transcript {
  constructor({ chat, label, onUnread }) {
    this.chat = chat;
    this.onUnread = onUnread;
    this.rows = [];
    this.byMessage = new Map();
    this.unreadRows = [];
    this.isStuck = true;
    this.readUpTo = 0;
    this.thread = null;
    this.log = el("div", { class: "log", role: "log", tabindex: 0, "aria-live": "polite", "aria-relevant": "additions", "aria-label": label, "aria-description": "Arrow up walks through the messages; R replies, E edits, C copies, Enter opens the menu" });
    this.empty = el("p", { class: "chip empty", text: "No messages here yet" });
    this.scroller = el("div", { class: "scroller", tabindex: -1 }, this.log);
    this.downCount = el("span", { class: "badge", hidden: true });
    this.downButton = el("button", { type: "button", class: "to-end", hidden: true, on: { click: () => this.scrollToEnd(true) } }, icon("down"), this.downCount);
    this.unreadMark = el("div", { class: "unread-mark", role: "separator", text: "New messages" });
    this.element = el("div", { class: "transcript" }, this.scroller, this.empty, this.downButton);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.log.addEventListener("keydown", (event) => this.moveFocus(event));
    this.observer = new ResizeObserver(() => this.isStuck && this.snapToEnd());
    this.observer.observe(this.log);
    this.observer.observe(this.scroller);
    this.showDown();
  }

  get unread() {
    return this.unreadRows.length;
  }

  get size() {
    return this.byMessage.size;
  }

  message(id) {
    return this.byMessage.get(id)?.messages.find((one) => one.message_id === id);
  }

  /** Own messages, newest first. */
  *own() {
    for (let i = this.rows.length - 1; i >= 0; i -= 1) {
      for (const message of [...this.rows[i].messages].reverse()) if (this.chat.isOwn(message)) yield message;
    }
  }

  /** Makes the list hold exactly `messages`, touching only rows that differ; ids in `newer` are left as they are. */
  reconcile(messages, newer = new Set()) {
    const isFirst = !this.size;
    this.log.setAttribute("aria-busy", "true");
    const wanted = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.byMessage.keys()]) if (!wanted.has(id) && !newer.has(id)) this.remove(id, { isQuiet: true });
    for (const message of messages) if (!newer.has(message.message_id)) this.upsert(message, { isQuiet: isFirst });
    this.log.setAttribute("aria-busy", "false");
    if (isFirst) this.snapToEnd();
  }

  /** Puts a new or edited message where it belongs. */
  upsert(message, { isQuiet = false, isEdit = false } = {}) {
    const known = this.byMessage.get(message.message_id);
    if (known) {
      const at = known.messages.findIndex((one) => one.message_id === message.message_id);
      if (JSON.stringify(known.messages[at]) === JSON.stringify(message)) return;
      known.messages[at] = message;
      this.draw(known);
      if (isEdit) flash(known.element, "flash");
      return;
    }
    this.empty.hidden = true;
    const isIncoming = !this.chat.isOwn(message);
    if (isIncoming) this.markReadBelow(message.message_id);
    const row = this.albumOf(message) ?? this.newRow(message);
    if (row.messages.length > 1) this.draw(row);
    if (isQuiet || row.element.hidden) return;
    if (!isIncoming) {
      this.clearUnread();
      this.scrollToEnd(false);
    } else if (!this.isStuck || !this.chat.isSeen()) this.countUnread(row);
    else this.snapToEnd();
    if (!row.element.classList.contains("service")) flash(row.element, "appear");
  }

  newRow(message) {
    const row = { id: message.message_id, date: message.date, isOwn: this.chat.isOwn(message), messages: [message], element: el("div", { tabindex: -1 }), day: null };
    let at = this.rows.length;
    while (at > 0 && this.rows[at - 1].id > row.id) at -= 1;
    this.rows.splice(at, 0, row);
    this.byMessage.set(message.message_id, row);
    this.draw(row);
    this.place(row, at);
    for (const i of [at - 1, at, at + 1]) this.regroup(i);
    return row;
  }

  albumOf(message) {
    if (!message.media_group_id) return null;
    for (let i = this.rows.length - 1; i >= 0 && i > this.rows.length - 12; i -= 1) {
      const row = this.rows[i];
      if (row.messages[0].media_group_id !== message.media_group_id) continue;
      row.messages.push(message);
      row.messages.sort((a, b) => a.message_id - b.message_id);
      this.byMessage.set(message.message_id, row);
      return row;
    }
    return null;
  }

  place(row, at) {
    const before = this.rows[at - 1];
    const after = this.rows[at + 1];
    const key = dayKey(row.date);
    if (before && dayKey(before.date) === key) {
      before.element.after(row.element);
      row.day = before.day;
    } else if (after && dayKey(after.date) === key) {
      after.element.before(row.element);
      row.day = after.day;
    } else {
      const title = el("div", { class: "chip day-name", text: this.dayTitle(row.date) });
      row.day = el("section", { class: "day", data: { date: row.date } }, title, row.element);
      if (before) before.day.after(row.day);
      else this.log.prepend(row.day);
    }
  }

  dayTitle(date) {
    return dayName(date, this.chat.reader.now(), this.chat.reader.lang);
  }

  /** Says which rows begin and end a group of one sender. */
  regroup(at) {
    const row = this.rows[at];
    if (!row) return;
    const joins = (a, b) => a && b && a.isOwn === b.isOwn && a.day === b.day && Math.abs(b.date - a.date) < GROUP_SECONDS && !isService(a) && !isService(b);
    row.element.classList.toggle("first", !joins(this.rows[at - 1], row));
    row.element.classList.toggle("last", !joins(row, this.rows[at + 1]));
    this.label(at);
  }

  /** Names the topic of a row where it is another one than above, while all topics show. */
  label(at) {
    const row = this.rows[at];
    const old = row.element.querySelector(":scope > .in-topic");
    const topic = this.chat.topicOf(row.messages[0]);
    const above = at > 0 ? this.chat.topicOf(this.rows[at - 1].messages[0]) : 0;
    const isNamed = this.thread === null && topic !== above && !isService(row);
    if (!isNamed) return void old?.remove();
    const line = topicLine(this.chat.topics.nameOf(topic), () => this.chat.topics.select(topic));
    if (old?.textContent === line.textContent) return;
    old?.remove();
    row.element.prepend(line);
  }

  labelAll() {
    for (let at = 0; at < this.rows.length; at += 1) this.label(at);
  }

  draw(row) {
    const focused = row.element.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.closest(".key")?.dataset;
    fillRow(row.element, row.messages, this.chat);
    row.element.hidden = this.isHidden(row);
    if (row.day && !row.element.hidden) row.day.hidden = false;
    const at = this.rows.indexOf(row);
    if (row.day) this.regroup(at);
    if (!focused || focused === row.element) return;
    const again = key && row.element.querySelector(`.key[data-row="${key.row}"][data-column="${key.column}"]`);
    (again ?? row.element).focus({ preventScroll: true });
  }

  remove(id, { isQuiet = false } = {}) {
    const row = this.byMessage.get(id);
    if (!row) return;
    this.byMessage.delete(id);
    row.messages = row.messages.filter((message) => message.message_id !== id);
    if (row.messages.length) {
      this.draw(row);
      return;
    }
    const at = this.rows.indexOf(row);
    this.rows.splice(at, 1);
    for (const i of [at - 1, at]) this.regroup(i);
    if (this.unreadRows.includes(row)) this.setUnread(this.unreadRows.filter((one) => one !== row));
    if (this.unreadMark.nextElementSibling === row.element) {
      if (this.unread) this.unreadRows[0].element.before(this.unreadMark);
      else this.unreadMark.remove();
    }
    const { day } = row;
    const drop = () => {
      row.element.remove();
      if (!day.querySelector(".row")) day.remove();
      this.empty.hidden = this.size > 0;
    };
    row.element.removeAttribute("data-message");
    if (isQuiet || matchMedia("(prefers-reduced-motion: reduce)").matches) drop();
    else {
      row.element.classList.add("vanish");
      setTimeout(drop, 180);
    }
  }

  /** Draws everything again, after the reader's language changed. */
  redraw() {
    for (const row of this.rows) this.draw(row);
    this.refreshDays();
  }

  /** Draws one message again, after its reactions changed. */
  refresh(id) {
    const row = this.byMessage.get(id);
    if (row) this.draw(row);
  }

  /** The passing of time shows in day names and relative times. */
  refreshTimes() {
    const { lang, now } = this.chat.reader;
    for (const node of this.log.querySelectorAll("time[data-relative]")) {
      const text = dateTimeEntity(Number(node.dataset.relative), "r", now(), lang);
      if (node.textContent !== text) node.textContent = text;
    }
    this.refreshDays();
  }

  refreshDays() {
    for (const day of this.log.querySelectorAll(".day[data-date]")) {
      const title = this.dayTitle(Number(day.dataset.date));
      if (day.firstChild.textContent !== title) day.firstChild.textContent = title;
    }
  }

  /** A remark of the page itself, not a message. */
  remark(text) {
    const chip = el("div", { class: "row service remark" }, el("span", { class: "chip", text }));
    const last = this.rows.at(-1);
    if (last) last.day.append(chip);
    if (this.isStuck) this.snapToEnd();
  }

  /** Shows one topic only; null shows all. */
  filter(thread) {
    this.thread = thread;
    for (const row of this.rows) row.element.hidden = this.isHidden(row);
    for (const day of this.log.children) day.hidden = ![...day.querySelectorAll(".row")].some((row) => !row.hidden);
    this.labelAll();
    this.snapToEnd();
  }

  isHidden(row) {
    return this.thread !== null && (row.messages[0].message_thread_id ?? 0) !== this.thread;
  }

  // Read and unread

  /** The bot has reacted after these own messages: it has seen them. */
  markReadBelow(id) {
    if (id <= this.readUpTo) return;
    for (let i = this.rows.length - 1; i >= 0 && this.rows[i].id > this.readUpTo; i -= 1) {
      if (this.rows[i].isOwn && this.rows[i].id <= id) markRead(this.rows[i].element);
    }
    this.readUpTo = id;
  }

  /** The bot did something that is not a message: all up to now is seen. */
  markAllRead() {
    const last = this.rows.at(-1);
    if (last) this.markReadBelow(last.messages.at(-1).message_id);
  }

  countUnread(row) {
    if (!this.unread) row.element.before(this.unreadMark);
    this.setUnread([...this.unreadRows, row]);
  }

  setUnread(rows) {
    this.unreadRows = rows;
    const count = rows.length;
    this.downCount.textContent = count;
    this.downCount.hidden = !count;
    this.showDown();
    this.onUnread(count);
  }

  clearUnread() {
    this.unreadMark.remove();
    if (this.unread) this.setUnread([]);
  }

  /** The chat came into view: goes to what is new. */
  shown() {
    if (this.unreadMark.isConnected && this.unread) {
      this.unreadMark.scrollIntoView({ block: "start" });
      this.scrolled();
    } else if (this.isStuck) this.snapToEnd();
  }

  // Scrolling

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (!clientHeight) return;
    this.showDayWhileScrolling(scrollTop);
    this.isStuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.unread && this.chat.isSeen()) this.readWhatShows(scrollTop + clientHeight);
    this.showDown();
  }

  /** A message whose beginning has come into view counts as read. */
  readWhatShows(bottom) {
    const isBelow = ({ element }) => element.offsetTop + Math.min(element.offsetHeight, ENOUGH_TO_READ) > bottom;
    const left = this.isStuck ? [] : this.unreadRows.filter(isBelow);
    if (left.length < this.unread) this.setUnread(left);
  }

  /** The day's name stays at the top while one scrolls, and goes when one reads. */
  showDayWhileScrolling(top) {
    for (const day of this.log.children) day.classList.toggle("passed", day.offsetTop < top);
    this.scroller.classList.add("scrolling");
    clearTimeout(this.scrollTimer);
    this.scrollTimer = setTimeout(() => this.scroller.classList.remove("scrolling"), 900);
  }

  showDown() {
    this.downButton.hidden = this.isStuck;
    this.downButton.setAttribute("aria-label", this.unread ? `Go to the newest message, ${this.unread} unread` : "Go to the newest message");
  }

  snapToEnd() {
    this.isStuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.showDown();
  }

  scrollToEnd(isSmooth) {
    if (this.unread && this.unreadMark.isConnected && isSmooth) {
      const above = this.unreadMark.getBoundingClientRect().top - this.scroller.getBoundingClientRect().bottom;
      if (above > 0) {
        this.unreadMark.scrollIntoView({ block: "start", behavior: motion() });
        return;
      }
    }
    if (isSmooth) this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: motion() });
    else this.snapToEnd();
  }

  /** Scrolls to a message and lights it up; false when it is not here. */
  jump(id) {
    const row = this.byMessage.get(id);
    if (!row) return false;
    if (row.element.hidden) this.filter(null);
    row.element.scrollIntoView({ block: "center", behavior: motion() });
    row.element.focus({ preventScroll: true });
    flash(row.element, "found");
    return true;
  }

  // Keyboard: arrows walk through the messages, letters act on the one in focus.

  moveFocus(event) {
    if (event.target === this.log && event.key === "ArrowUp") {
      event.preventDefault();
      this.focusLast();
    }
    const at = this.rows.findIndex((row) => row.element === event.target);
    if (at < 0) return;
    const steps = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: this.rows.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      this.rows[steps[event.key]]?.element.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const handled = this.chat.onMessageKey(event.key, this.rows[at].messages[0], this.rows[at].element);
    if (handled) event.preventDefault();
  }

  focusLast() {
    this.rows.at(-1)?.element.focus();
  }
}

function isService(row) {
  return row.element.classList.contains("service");
}

function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

function flash(element, name) {
  if (element.classList.contains(name)) {
    // An animation begins anew only after a layout without it.
    element.classList.remove(name);
    void element.offsetWidth;
  }
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}
