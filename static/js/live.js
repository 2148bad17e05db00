// Refreshes regions with hx-trigger="poll from:body" and keeps what the user is doing.
import { announce, fill, settings } from "./page.js";

const EVERY = 10_000;
let staleSince = null;

export function start() {
  const body = document.body;
  setInterval(poll, EVERY);
  document.addEventListener("visibilitychange", poll);
  body.addEventListener("announce", (event) => announce(event.detail.value ?? event.detail));
  body.addEventListener("htmx:beforeSwap", beforeSwap);
  body.addEventListener("htmx:sendError", failed);
  body.addEventListener("htmx:responseError", failed);
  body.addEventListener("htmx:afterOnLoad", recovered);
}

function poll() {
  if (!document.hidden) document.body.dispatchEvent(new Event("poll"));
}

function isPoll(event) {
  return event.detail.requestConfig?.triggeringEvent?.type === "poll";
}

function beforeSwap(event) {
  if (!isPoll(event)) return;
  const region = event.detail.target;
  if (isBusy(region)) {
    event.detail.shouldSwap = false;
    return;
  }
  const restore = remember(region);
  document.body.addEventListener("htmx:afterSwap", restore, { once: true });
}

function isBusy(region) {
  const active = document.activeElement;
  const typing = region.contains(active) && active.matches("input:not([type=checkbox]), textarea, select");
  const changed = [...region.querySelectorAll("textarea, input[type=text]")].some(
    (field) => field.value !== field.defaultValue,
  );
  return typing || changed || region.querySelector("dialog[open], details.menu[open]") !== null;
}

function remember(region) {
  const opened = [...region.querySelectorAll("details[id][open]")].map((element) => element.id);
  const checked = [...region.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
  const focused = region.contains(document.activeElement) ? path(document.activeElement) : null;
  return () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    for (const box of document.querySelectorAll("input[type=checkbox]")) {
      if (checked.includes(box.value)) box.checked = true;
    }
    if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("selectionrestored"));
  };
}

function path(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  if (element.matches("input[value]")) return `input[value="${CSS.escape(element.value)}"]`;
  return null;
}

function failed(event) {
  if (!isPoll(event) || staleSince) return;
  staleSince = new Date();
  const time = staleSince.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const banner = document.createElement("div");
  banner.className = "banner tone-acknowledged";
  banner.id = "stale";
  banner.setAttribute("role", "status");
  banner.textContent = fill(settings.stale, { time });
  document.body.prepend(banner);
}

function recovered(event) {
  if (!isPoll(event)) return;
  staleSince = null;
  document.getElementById("stale")?.remove();
}
