// Owns the dialog that opens one more chat: with a person who is there, or with a new one.

import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { avatar, el, nameOf } from "./dom.js";
import { languageName, languageOptions } from "./languages.js";

/** Resolves to the person chosen or made, or to null. */
export async function askForChat(others, roleOf) {
  let chosen = null;
  const pick = (user) => {
    chosen = user;
    dialog.close("ok");
  };
  const list = el("ul", { class: "people" }, others.map((user) => el("li", {}, personButton(user, roleOf(user.id), () => pick(user)))));
  const error = el("p", { class: "form-error", role: "alert", hidden: true });
  const form = newPersonForm(async (fields) => {
    try {
      pick(await api.addUser(fields));
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  });
  const content = el("div", { class: "add" }, others.length ? list : el("p", { class: "muted", text: "Everybody who is here has a chat open." }), el("h3", { text: "Somebody new" }), form, error);
  const { dialog, closed } = openDialog({ title: "Add a chat", content, cls: "add-dialog", buttons: [{ label: "Close", value: "" }] });
  await closed;
  return chosen;
}

function personButton(user, role, run) {
  const detail = [role, user.username ? `@${user.username}` : null, languageName(user.language_code)].filter(Boolean).join(" · ");
  return el("button", { type: "button", class: "person", data: { user: user.id }, on: { click: run } }, avatar(user), el("span", { class: "quote-text" }, el("bdi", { text: nameOf(user) }), el("span", { class: "muted", text: detail })));
}

function newPersonForm(make) {
  const name = el("input", { type: "text", name: "first_name", required: true, maxlength: 64, dir: "auto", autocomplete: "off" });
  const username = el("input", { type: "text", name: "username", pattern: "[A-Za-z0-9_]{4,32}", autocomplete: "off", placeholder: "optional" });
  const language = el("select", { name: "language_code" }, languageOptions("en"));
  const field = (text, input) => el("label", { class: "field" }, el("span", { text }), input);
  const form = el("form", { class: "new-person" }, field("Name", name), field("Username", username), field("Language", language), el("button", { type: "submit", class: "main", text: "Add and open" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = { first_name: name.value.trim(), language_code: language.value };
    if (username.value) fields.username = username.value;
    if (fields.first_name) make(fields);
  });
  return form;
}
