// The keyboard shortcuts; never inside fields, never with modifiers, may be turned off.
import { open } from "./dialogs.js";
import { settings } from "./page.js";

const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
let prefix = 0;

export function start() {
  if (document.body.dataset.shortcuts === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && !event.altKey && !event.metaKey && event.key === "k") return search(event);
    if (isForeign(event)) return;
    if (press(event.key)) event.preventDefault();
  });
}

function isForeign(event) {
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    event.target.closest?.(FIELDS) ||
    document.querySelector("dialog[open]")
  );
}

function press(key) {
  const isGoing = Date.now() - prefix < 1500;
  prefix = 0;
  if (isGoing && settings.routes?.[key]) return go(settings.routes[key]);
  if (key === "g") {
    prefix = Date.now();
    return true;
  }
  const actions = { "?": () => open("shortcuts"), "/": search, j: () => move(1), k: () => move(-1), x: tick, Escape: clear };
  if (actions[key]) return actions[key]();
  return key.length === 1 && trigger(key);
}

function go(url) {
  location.assign(url);
  return true;
}

function search(event) {
  const field = document.querySelector("[data-search]");
  if (!field || field.offsetParent === null) return false;
  event?.preventDefault?.();
  field.focus();
  return true;
}

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function current() {
  return document.querySelector("[data-row].is-current");
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector("[data-open]")?.focus();
  return true;
}

function tick() {
  const box = current()?.querySelector(".cell-select input");
  box?.click();
  return Boolean(box);
}

function clear() {
  const ticked = document.querySelectorAll(".cell-select input:checked");
  ticked.forEach((box) => box.click());
  return ticked.length > 0;
}

function trigger(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target || target.disabled || target.offsetParent === null) return false;
  if (target.matches("textarea, input, select")) target.focus();
  else target.click();
  return true;
}
