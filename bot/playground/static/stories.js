// Owns the drawer of stories to try: what they say and which of them were begun in this tab.

import { el, icon, iconButton, nameOf } from "./dom.js";

/** `play(story)` begins one; `userOf(id)` and `roleOf(id)` tell whose it is. */
export class Stories {
  constructor({ drawer, button, play, userOf, roleOf }) {
    Object.assign(this, { drawer, button, play, userOf, roleOf });
    this.begun = new Set();
    this.button.addEventListener("click", () => this.toggle());
    this.drawer.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
  }

  show(stories) {
    const shape = JSON.stringify(stories);
    if (shape === this.shape) return;
    this.shape = shape;
    this.button.hidden = !stories.length;
    this.list = el("div", { class: "stories" }, stories.map((story, i) => this.story(story, i)));
    const head = el("header", {}, el("h2", { text: "Try this" }), iconButton("close", "Close", { on: { click: () => this.toggle(false) } }));
    this.drawer.replaceChildren(head, el("p", { class: "muted", text: "Each story begins in one chat and goes on in the others." }), this.list);
  }

  story(story, index) {
    const user = this.userOf(story.user_id);
    const role = this.roleOf(story.user_id);
    const who = user ? `${nameOf(user)}${role ? `, ${role}` : ""}` : "nobody";
    const done = el("span", { class: "begun", hidden: true }, icon("check", 16), el("span", { text: "Begun" }));
    const run = async () => {
      this.begun.add(story.id);
      done.hidden = false;
      if (matchMedia("(max-width: 760px)").matches) this.toggle(false);
      await this.play(story);
    };
    const steps = story.steps ?? [];
    return el(
      "details",
      { class: "story", name: "story", open: index === 0, data: { story: story.id } },
      el("summary", {}, el("span", { dir: "auto", text: story.title }), done),
      steps.length ? el("ol", {}, steps.map((step) => el("li", { dir: "auto", text: step }))) : null,
      el("button", { type: "button", class: "main", on: { click: run } }, story.start || story.text ? "Begin as " : "Open the chat of ", el("bdi", { text: who })),
    );
  }

  toggle(isOpen = this.drawer.hidden) {
    this.drawer.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", isOpen);
    if (isOpen) this.drawer.querySelector("summary, button")?.focus();
    else this.button.focus();
  }
}
