// Owns what lies over the chats: toasts, dialogs, menus and the large view of pictures.

import { el, icon, iconButton } from "./dom.js";

const TOAST_MS = 4000;

/** A short word at the top of `host`, read out and gone after a while. */
export function toast(host, text, kind = "info") {
  let stack = host.querySelector(":scope > .toasts");
  if (!stack) {
    stack = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
    host.append(stack);
  }
  const note = el("div", { class: `toast ${kind}`, dir: "auto", text });
  stack.append(note);
  while (stack.children.length > 3) stack.firstChild.remove();
  setTimeout(() => note.remove(), TOAST_MS + 40 * text.length);
}

/** Opens a modal dialog around `content`; resolves with its return value when it closes ("" after Escape). */
export function openDialog({ title, content, buttons = [], cls = "" }) {
  const heading = title ? el("h2", { text: title, dir: "auto", id: `title-${openDialog.count}` }) : null;
  const dialog = el("dialog", { class: `dialog ${cls}`, "aria-labelledby": heading?.id });
  openDialog.count += 1;
  const row = el("div", { class: "dialog-buttons" });
  for (const { label, value, isMain } of buttons) {
    row.append(el("button", { type: "button", class: isMain ? "main" : "", text: label, autofocus: isMain, on: { click: () => dialog.close(value) } }));
  }
  dialog.append(...[heading, content, buttons.length ? row : null].filter(Boolean));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  document.body.append(dialog);
  const before = document.activeElement;
  const closed = new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(dialog.returnValue);
    });
  });
  dialog.showModal();
  return { dialog, closed };
}
openDialog.count = 1;

/** A message that has to be acknowledged. */
export function alertDialog(title, text) {
  const content = el("p", { class: "dialog-text", dir: "auto", text });
  return openDialog({ title, content, cls: "alert", buttons: [{ label: "OK", value: "ok", isMain: true }] }).closed;
}

/** A question; resolves to true or false. */
export async function confirmDialog(title, text, yes) {
  const content = el("p", { class: "dialog-text", dir: "auto", text });
  const buttons = [{ label: "Cancel", value: "" }, { label: yes, value: "yes", isMain: true }];
  return (await openDialog({ title, content, buttons, cls: "alert" }).closed) === "yes";
}

/** A question for one line of text; resolves to it, or to null. */
export async function promptDialog(title, label, yes) {
  const input = el("input", { type: "text", dir: "auto", autofocus: true });
  const content = el("label", { class: "field" }, el("span", { text: label }), input);
  const buttons = [{ label: "Cancel", value: "" }, { label: yes, value: "yes", isMain: true }];
  const { dialog, closed } = openDialog({ title, content, buttons, cls: "alert" });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) dialog.close("yes");
  });
  input.focus();
  return (await closed) === "yes" ? input.value.trim() : null;
}

/**
 * A menu at `anchor`. `items`: {label, icon, run, isDanger}, or a line of {choices: [{label, isOn, run}], label}; arrows,
 * Escape and a click elsewhere work as usual.
 */
export function openMenu(anchor, items, label) {
  document.querySelector(".menu")?.remove();
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label });
  const before = document.activeElement;
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.classList.remove("menu-open");
  };
  const outside = (event) => menu.contains(event.target) || close();
  const entry = (item, props, ...children) => {
    const run = () => {
      close();
      if (before?.isConnected) before.focus({ preventScroll: true });
      item.run();
    };
    return el("button", { type: "button", role: "menuitem", tabindex: -1, ...props, on: { click: run } }, ...children);
  };
  for (const item of items.filter(Boolean)) {
    if (item.choices) {
      const line = item.choices.map((one) => entry(one, { class: one.isOn ? "choice on" : "choice", "aria-label": one.isOn ? `Take ${one.label} off` : `React ${one.label}`, text: one.label }));
      menu.append(el("div", { class: "choices", role: "group", "aria-label": item.label }, line));
    } else menu.append(entry(item, { class: item.isDanger ? "danger" : "" }, icon(item.icon, 20), el("span", { text: item.label })));
  }
  const entries = [...menu.querySelectorAll("[role=menuitem]")];
  menu.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: entries.length - 1 };
    if (event.key in steps) entries[(steps[event.key] + entries.length) % entries.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(Math.max(8, box.right - width), innerWidth - width - 8);
  const below = box.bottom + 4 + height < innerHeight;
  menu.style.setProperty("left", `${left}px`);
  menu.style.setProperty("top", `${below ? box.bottom + 4 : Math.max(8, box.top - height - 4)}px`);
  anchor.classList.add("menu-open");
  document.addEventListener("pointerdown", outside, true);
  (menu.querySelector(":scope > [role=menuitem]") ?? entries[0])?.focus();
}

/** The large view. `items`: [{picture, message}]; arrows go through them. */
export function openViewer(items, start, caption) {
  let at = start;
  const stage = el("div", { class: "stage" });
  const words = el("p", { class: "viewer-caption", dir: "auto" });
  const count = el("span", { class: "viewer-count", "aria-live": "polite" });
  const save = el("a", { class: "icon-button", "aria-label": "Save", title: "Save" }, icon("save"));
  const left = iconButton("left", "Previous", { class: "previous", on: { click: () => show(at - 1) } });
  const right = iconButton("right", "Next", { class: "next", on: { click: () => show(at + 1) } });
  const close = iconButton("close", "Close", { on: { click: () => dialog.close() } });
  const content = el("div", { class: "viewer-content" }, el("div", { class: "viewer-bar" }, count, save, close), left, stage, right, words);
  const show = (index) => {
    at = (index + items.length) % items.length;
    const { picture, message } = items[at];
    const node =
      picture.kind === "photo"
        ? el("img", { src: picture.url, alt: message.caption ?? "Photo" })
        : el("video", { src: picture.url, controls: true, autoplay: true, playsinline: true, loop: picture.kind === "animation" });
    stage.replaceChildren(node);
    words.textContent = caption(message);
    words.hidden = !words.textContent;
    count.textContent = items.length > 1 ? `${at + 1} of ${items.length}` : "";
    left.hidden = right.hidden = items.length < 2;
    save.href = picture.url;
    save.download = picture.name ?? (picture.kind === "photo" ? "photo.jpg" : "video.mp4");
  };
  const { dialog } = openDialog({ content, cls: "viewer" });
  dialog.setAttribute("aria-label", "Picture");
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  content.addEventListener("click", (event) => {
    if (event.target === content || event.target === stage) dialog.close();
  });
  show(start);
}
