// Owns the dialog that opens one more chat: with a person who is there, with a new one, or a new group.

import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { avatar, el, nameOf } from "./dom.js";
import { languageName, languageOptions } from "./languages.js";

/** Resolves to the person chosen or made, to the group made of `everybody`, or to null. */
export async function askForChat(others, roleOf, everybody) {
  let chosen = null;
  const pick = (user) => {
    chosen = user;
    dialog.close("ok");
  };
  const list = el("ul", { class: "people" }, others.map((user) => el("li", {}, personButton(user, roleOf(user.id), () => pick(user)))));
  const error = el("p", { class: "form-error", role: "alert", hidden: true });
  const making = (make) => async (fields) => {
    try {
      pick(await make(fields));
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  };
  const form = newPersonForm(making(api.addUser));
  const group = newGroupForm(making((fields) => api.addGroup({ ...fields, administrators: everybody })));
  const content = el("div", { class: "add" }, others.length ? list : el("p", { class: "muted", text: "Everybody who is here has a chat open." }), el("h3", { text: "Somebody new" }), form, el("h3", { text: "A group of everybody, with the bot" }), group, error);
  const { dialog, closed } = openDialog({ title: "Add a chat", content, cls: "add-dialog", buttons: [{ label: "Close", value: "" }] });
  await closed;
  return chosen;
}

function personButton(user, role, run) {
  const detail = [role, user.username ? `@${user.username}` : null, languageName(user.language_code)].filter(Boolean).join(" · ");
  return el("button", { type: "button", class: "person", data: { user: user.id }, on: { click: run } }, avatar(user), el("span", { class: "quote-text" }, el("bdi", { text: nameOf(user) }), el("span", { class: "muted", text: detail })));
}

function newGroupForm(make) {
  const title = el("input", { type: "text", name: "title", required: true, maxlength: 64, dir: "auto", autocomplete: "off" });
  const forum = el("input", { type: "checkbox", name: "is_forum", checked: true });
  const button = el("button", { type: "submit", class: "main", text: "Make and open" });
  const form = el("form", { class: "new-person new-group" }, el("label", { class: "field" }, el("span", { text: "Title" }), title), el("label", { class: "field" }, el("span", { text: "With topics" }), forum), button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (title.value.trim()) make({ title: title.value.trim(), is_forum: forum.checked });
  });
  return form;
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
