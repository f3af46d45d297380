// Owns the making of elements and icons. Every text goes in through textContent; nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. `props`: `class`, `text`, `data` (dataset), `on` (listeners), `vars` (CSS variables);
 * everything else is set as an attribute, where `true` means present and `false`, `null`, `undefined` absent.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") for (const [type, call] of Object.entries(value)) node.addEventListener(type, call);
    else if (name === "vars") for (const [key, val] of Object.entries(value)) node.style.setProperty(key, val);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const STROKES = {
  attach: "M20.4 11.3l-8.6 8.6a5.6 5.6 0 0 1-7.9-7.9l8.9-8.9a3.7 3.7 0 0 1 5.3 5.3l-8.9 8.8a1.9 1.9 0 0 1-2.7-2.6l8.3-8.2",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  reply: "M9.5 7L4.5 12l5 5M5 12h8.5c3.6 0 6 2 6 6",
  edit: "M4.5 19.5l.9-4L16.2 4.7a1.8 1.8 0 0 1 2.6 0l.5.5a1.8 1.8 0 0 1 0 2.6L8.5 18.6l-4 .9z",
  copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
  link: "M7 17L17 7M9 7h8v8",
  file: "M13.5 3.5h-7v17h11v-13l-4-4zM13.5 3.5v4h4",
  photo: "M4 5.5h16v13H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 4.5M15.5 9.5v.01",
  save: "M12 4.5v10M7.5 10.5l4.5 4.5 4.5-4.5M5 19.5h14",
  menu: "M4.5 7h15M4.5 12h15M4.5 17h15",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  bulb: "M9 18h6M10 21h4M8.5 15c-1.6-1.2-2.5-3-2.5-5a6 6 0 1 1 12 0c0 2-.9 3.8-2.5 5z",
  person: "M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 19.500c.6-3.3 3.4-5 7-5s6.4 1.7 7 5",
  add: "M12 5.500v13M5.5 12h13",
  phone: "M8.5 4.500l2 4-2 1.800c1 2.3 2.9 4.2 5.2 5.200l1.8-2 4 2c0 2.5-1.5 4-3.5 4C10.3 19.5 4.5 13.7 4.5 8c0-2 1.5-3.5 4-3.500z",
  block: "M12 3.500a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
  check: "M5 12.500l4.5 4.500L19 7.5",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  topic: "M4.5 5.500h15v10.500h-8l-4 3.500V16h-3z",
  keyboard: "M3.5 7h17v10h-17zM7 10.500v.01M10.3 10.500v.01M13.7 10.500v.01M17 10.500v.01M8 14h8",
};
const FILLS = {
  send: "M3.3 20.600c-.4.2-.8-.2-.7-.6L4.3 13.400l9.7-1.4-9.7-1.400L2.6 4c-.1-.4.3-.8.7-.6l18 8.100c.4.2.4.8 0 1z",
  play: "M8 5.200v13.600c0 .6.7 1 1.2.6l10.2-6.800c.4-.3.4-.9 0-1.200L9.2 4.600C8.7 4.2 8 4.6 8 5.200z",
  pause: "M7 5h3.500v14H7zM13.5 5H17v14h-3.500z",
};

/** An icon, hidden from screen readers: whatever carries it must have a label. */
export function icon(name, size = 24) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STROKES[name] ?? FILLS[name]);
  if (name in FILLS) svg.classList.add("icon-filled");
  if (name === "more") svg.classList.add("icon-dots");
  svg.append(path);
  return svg;
}

/** A drawing of one path in its own coordinates: tails, ticks. */
export function drawing(cls, width, height, d) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add(cls);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

/** A button that shows an icon only. */
export function iconButton(name, label, props = {}) {
  return el("button", { type: "button", "aria-label": label, title: label, ...props, class: `icon-button ${props.class ?? ""}` }, icon(name));
}

/** The avatar of a person: initials on one of seven colours. */
export function avatar(person, cls = "") {
  const words = [person.first_name, person.last_name].filter(Boolean).join(" ").trim().split(/\s+/);
  const first = (word) => [...(word ?? "")][0] ?? "";
  const initials = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return el("span", {
    class: `avatar ${cls}`,
    data: { colour: Math.abs(person.id) % 7 },
    "aria-hidden": "true",
    text: initials.toUpperCase(),
  });
}

/** A person's whole name. */
export function nameOf(person) {
  return [person.first_name, person.last_name].filter(Boolean).join(" ");
}

/** Text only screen readers get. */
export function spoken(text) {
  return el("span", { class: "sr-only", text });
}
