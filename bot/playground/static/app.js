// Owns the page: which chats are open, the top bar, tabs, and handing events to the chats they concern.

import { api, listen } from "./api.js";
import { askForChat } from "./add.js";
import { toast } from "./dialogs.js";
import { el, icon } from "./dom.js";
import { GroupPane } from "./group.js";
import { Pane } from "./pane.js";
import { Stories } from "./stories.js";
import { clockFace } from "./times.js";

const JUMP_MS = 30000;
const STEPS = [
  ["+1 hour", 3600, "one hour"],
  ["+1 day", 86400, "one day"],
  ["+1 week", 604800, "one week"],
];
const $ = (id) => document.getElementById(id);

class App {
  constructor() {
    this.users = new Map();
    this.groups = new Map();
    this.panes = new Map();
    this.bot = { id: 0, first_name: "Bot", username: "" };
    this.scenario = {};
    this.offset = 0;
    this.active = null;
    this.host = {
      bot: this.bot,
      now: () => this.now() / 1000,
      onUnread: () => this.showUnread(),
      onClosed: (pane) => this.close(pane),
      isShown: (pane) => pane.element.isConnected && pane.element.offsetParent !== null,
    };
    this.stories = new Stories({ drawer: $("drawer"), button: $("try"), roleOf: (id) => this.roleOf(id), play: (story) => this.play(story), userOf: (id) => this.users.get(id) });
    this.bind();
    listen({ onEvent: (kind, data) => this.onEvent(kind, data), onOpen: () => this.resync(), onDrop: () => this.showLink(false) });
    setInterval(() => this.tick(), 1000);
  }

  now() {
    return Date.now() + this.offset;
  }

  bind() {
    for (const [name, id] of [["bulb", "try"], ["add", "add"], ["clock", "clock-toggle"]]) $(id).prepend(icon(name, 20));
    $("logo").append(icon("topic", 20));
    $("add").addEventListener("click", () => this.addChat());
    $("theme").addEventListener("click", () => this.toggleTheme());
    $("clock-toggle").addEventListener("click", () => this.showSteps(!$("clock").classList.contains("open")));
    document.addEventListener("pointerdown", (event) => $("clock").contains(event.target) || this.showSteps(false));
    $("clock").addEventListener("keydown", (event) => event.key === "Escape" && this.showSteps(false));
    for (const [label, seconds, words] of STEPS) {
      $("steps").append(el("button", { type: "button", data: { advance: seconds }, text: label, "aria-label": `Move the clock on by ${words}`, on: { click: () => this.advance(seconds) } }));
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.showTheme());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) for (const pane of this.panes.values()) pane.transcript.scrolled();
    });
    $("tabs").addEventListener("keydown", (event) => this.onTabKey(event));
    this.showTheme();
  }

  // State

  async resync() {
    try {
      const state = await api.state();
      Object.assign(this.bot, state.bot, { has_topics: state.has_topics });
      this.scenario = state.scenario ?? {};
      fill(this.users, state.users);
      fill(this.groups, state.groups);
      this.setClock(state.clock);
      this.stories.show(this.scenario.stories ?? []);
      for (const id of this.wantedPanes()) if (!this.panes.has(id)) this.open(id, { isQuiet: true });
      for (const pane of [...this.panes.values()]) {
        if (this.groups.has(pane.user.id)) pane.setGroup(this.groups.get(pane.user.id));
        else if (this.users.has(pane.user.id)) pane.setUser(this.users.get(pane.user.id));
        else this.drop(pane);
      }
      await Promise.all([...this.panes.values()].map((pane) => pane.load()));
      this.showLink(true);
      $("nobody").hidden = this.panes.size > 0;
      document.body.dataset.ready = "true";
    } catch (error) {
      this.showLink(false);
      toast(document.body, error.message, "error");
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.resync(), 3000);
    }
  }

  /** The scenario's chats and those added in this tab, without those closed in it. */
  wantedPanes() {
    const given = (this.scenario.panes ?? []).map((pane) => pane.user_id);
    const base = given.length ? given : [...this.users.keys()].slice(0, 3);
    const { added, closed } = remembered();
    const isThere = (id) => this.users.has(id) || this.groups.has(id);
    return [...new Set([...base, ...added, ...this.groups.keys()])].filter((id) => isThere(id) && !closed.includes(id));
  }

  roleOf(id) {
    return this.users.get(id)?.label || ((this.scenario.panes ?? []).find((pane) => pane.user_id === id)?.role ?? "");
  }

  onEvent(kind, data) {
    if (kind === "topics") this.resync();
    else if (kind === "clock") this.setClock({ now: data.now, adjustable: this.isAdjustable });
    else if (kind === "user") {
      this.users.set(data.user.id, data.user);
      this.panes.get(data.user.id)?.setUser(data.user);
      this.showTabs();
    } else if (kind === "group") this.takeGroup(data.group);
    else this.paneFor(kind, data)?.onEvent(kind, data);
  }

  takeGroup(group) {
    this.groups.set(group.id, group);
    if (this.panes.has(group.id)) this.panes.get(group.id).setGroup(group);
    else if (!remembered().closed.includes(group.id)) {
      const pane = this.open(group.id, { isQuiet: true });
      pane.attempt(() => pane.load());
    }
  }

  /** Where an event belongs. A press is answered where it was made, which may be a group. */
  paneFor(kind, data) {
    if (kind === "answer") {
      const inGroup = [...this.panes.values()].find((pane) => pane instanceof GroupPane && pane.presses.expects(data.callback_query_id));
      if (inGroup) return inGroup;
    }
    return this.panes.get(data.user_id ?? data.chat_id);
  }

  showLink(isUp) {
    $("offline").hidden = isUp;
  }

  // Chats

  open(id, { isQuiet = false } = {}) {
    let pane = this.panes.get(id);
    if (!pane) {
      const group = this.groups.get(id);
      pane = group ? new GroupPane(this.host, group, this.users) : new Pane(this.host, this.users.get(id), this.roleOf(id));
      this.panes.set(id, pane);
      $("panes").append(pane.element);
      $("nobody").hidden = true;
      remember(id, true);
      if (!isQuiet) pane.attempt(() => pane.load());
    }
    if (!isQuiet || !this.active) this.activate(pane);
    this.showTabs();
    return pane;
  }

  activate(pane) {
    this.active = pane;
    for (const one of this.panes.values()) one.element.classList.toggle("active", one === pane);
    pane.transcript.shown();
    this.showTabs();
    if (pane.element.scrollIntoView) pane.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  close(pane) {
    remember(pane.user.id, false);
    this.drop(pane);
    $("nobody").hidden = this.panes.size > 0;
  }

  drop(pane) {
    pane.element.remove();
    this.panes.delete(pane.user.id);
    if (this.active === pane) this.active = null;
    const next = this.panes.values().next().value;
    if (!this.active && next) this.activate(next);
    this.showTabs();
  }

  async addChat() {
    const others = [...this.users.values()].filter((user) => !this.panes.has(user.id));
    const chosen = await askForChat(others, (id) => this.roleOf(id), [...this.users.keys()]);
    if (!chosen) return;
    if (chosen.title) this.groups.set(chosen.id, chosen);
    else this.users.set(chosen.id, chosen);
    this.open(chosen.id).focus();
  }

  async play(story) {
    if (!this.users.has(story.user_id)) return toast(document.body, "This person is not here.", "error");
    // The others of the story, so that nobody has to look for them.
    for (const id of story.with ?? []) {
      if (this.panes.has(id) || !this.users.has(id)) continue;
      const other = this.open(id, { isQuiet: true });
      other.attempt(() => other.load());
    }
    const pane = this.open(story.user_id);
    const { start, text } = story;
    if (start || (!pane.user.is_started && text)) await pane.start(start ?? undefined);
    if (text) await pane.attempt(() => pane.sendText(text));
    return pane.focus();
  }

  // Tabs, for screens that show one chat at a time

  showTabs() {
    const tabs = [...this.panes.values()].map((pane) => {
      const isActive = pane === this.active;
      const unread = pane.unread ? el("span", { class: "badge", text: pane.unread, "aria-label": `${pane.unread} unread` }) : null;
      const label = el("span", { class: "tab-name", dir: "auto", text: pane.user.first_name });
      const role = pane.role ? el("span", { class: "tab-role", text: pane.role }) : null;
      return el(
        "button",
        { type: "button", role: "tab", data: { tab: pane.user.id }, "aria-selected": String(isActive), "aria-controls": pane.element.id, tabindex: isActive ? 0 : -1, on: { click: () => this.activate(pane) } },
        el("span", { class: "tab-text" }, label, role),
        unread,
      );
    });
    const hadFocus = $("tabs").contains(document.activeElement);
    $("tabs").replaceChildren(...tabs);
    if (hadFocus) $("tabs").querySelector("[aria-selected=true]")?.focus();
  }

  onTabKey(event) {
    const all = [...this.panes.values()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !all.length) return;
    event.preventDefault();
    this.activate(all[(all.indexOf(this.active) + step + all.length) % all.length]);
  }

  showUnread() {
    const total = [...this.panes.values()].reduce((sum, pane) => sum + pane.unread, 0);
    document.title = total ? `(${total}) Aftersales playground` : "Aftersales playground";
    this.showTabs();
  }

  // Time

  setClock({ now, adjustable }) {
    const before = this.offset;
    const ms = Date.parse(now);
    if (Number.isFinite(ms)) this.offset = ms - Date.now();
    this.isAdjustable = Boolean(adjustable);
    $("clock").hidden = !this.isAdjustable;
    this.tick();
    const isJump = this.isClockKnown && Math.abs(this.offset - before) > JUMP_MS;
    this.isClockKnown = true;
    if (!isJump) return;
    const face = clockFace(this.now());
    for (const pane of this.panes.values()) {
      pane.transcript.refreshTimes();
      pane.transcript.remark(`Time moved on: it is ${face}`);
    }
  }

  tick() {
    const face = clockFace(this.now());
    if ($("clock-face").textContent === face) return;
    $("clock-face").textContent = face;
    $("clock-face").dateTime = new Date(this.now()).toISOString();
    for (const pane of this.panes.values()) pane.transcript.refreshTimes();
  }

  /** On narrow screens the steps hide behind the clock. */
  showSteps(isOpen) {
    $("clock").classList.toggle("open", isOpen);
    $("clock-toggle").setAttribute("aria-expanded", isOpen);
  }

  async advance(seconds) {
    for (const button of $("steps").children) button.disabled = true;
    try {
      const { now } = await api.advance(seconds);
      this.setClock({ now, adjustable: true });
    } catch (error) {
      toast(document.body, error.message, "error");
    } finally {
      for (const button of $("steps").children) button.disabled = false;
      $("steps").querySelector(`[data-advance="${seconds}"]`).focus();
    }
  }

  // Theme

  isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  showTheme() {
    const label = this.isDark() ? "Switch to light" : "Switch to dark";
    $("theme").replaceChildren(icon(this.isDark() ? "sun" : "moon", 20));
    $("theme").setAttribute("aria-label", label);
    $("theme").title = label;
  }

  toggleTheme() {
    const theme = this.isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("playground.theme", theme);
    } catch {
      // Not remembered, then.
    }
    this.showTheme();
  }
}

/** Puts what the server told into a map that others hold. */
function fill(map, found = []) {
  map.clear();
  for (const one of found) map.set(one.id, one);
}

/** Which chats this tab has added and closed. */
function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem("playground.panes") ?? "{}");
    return { added: found.added ?? [], closed: found.closed ?? [] };
  } catch {
    return { added: [], closed: [] };
  }
}

function remember(id, isOpen) {
  const { added, closed } = remembered();
  const without = (list) => list.filter((one) => one !== id);
  const next = { added: isOpen ? [...without(added), id] : without(added), closed: isOpen ? without(closed) : [...without(closed), id] };
  try {
    sessionStorage.setItem("playground.panes", JSON.stringify(next));
  } catch {
    // The scenario's chats come back on reload, then.
  }
}

new App();
