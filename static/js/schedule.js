// Overrides from a schedule's page: by a click on a shift, or a drag over the final row.
import { open } from "./dialogs.js";

const FEW_PIXELS = 4;
const MINUTE = 60;
let drag = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-cover-link]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!document.getElementById("override")) return;
  event.preventDefault();
  cover(link.href, link);
});

document.addEventListener("pointerdown", (event) => {
  const track = event.target.closest("[data-final]");
  if (!track || event.button !== 0) return;
  event.preventDefault();
  drag = begin(track, event);
  track.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.moved ||= Math.abs(event.clientX - drag.x) > FEW_PIXELS;
  if (drag.moved) show(event.clientX);
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const done = drag;
  drag = null;
  if (!done.moved) {
    done.selection.remove();
    if (done.bar) cover(done.bar.dataset.bar, done.track);
  } else if (done.until > done.since) {
    const url = new URL(done.rota.dataset.cover, location.href);
    url.searchParams.set("since", iso(done.since));
    url.searchParams.set("until", iso(done.until));
    cover(url.href, done.track, done.selection);
  } else {
    done.selection.remove();
  }
});

for (const name of ["pointercancel", "keydown"]) {
  document.addEventListener(name, (event) => {
    if (!drag || (name === "keydown" && event.key !== "Escape")) return;
    drag.selection.remove();
    drag = null;
  });
}

function begin(track, event) {
  const rota = track.closest(".rota");
  const box = track.getBoundingClientRect();
  const selection = document.createElement("span");
  selection.className = "rota-selection";
  selection.append(document.createElement("b"));
  track.append(selection);
  const start = Number(rota.dataset.start);
  const end = Number(rota.dataset.end);
  const days = [...rota.querySelectorAll("[data-day]")].map((day) => Number(day.dataset.day));
  const bar = event.target.closest("[data-bar]");
  return { track, rota, box, selection, start, end, days, bar, x: event.clientX, moved: false, step: step(box, end - start) };
}

// The finest step that a pointer can hit.
function step(box, length) {
  const steps = [15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * MINUTE);
  return steps.find((seconds) => (seconds / length) * box.width >= 4) ?? steps.at(-1);
}

function show(x) {
  // The past is not changed.
  const now = Date.now() / 1000;
  const [from, to] = [drag.x, x].map((place) => Math.max(instant(place), now)).sort((a, b) => a - b);
  drag.since = snapped(from, Math.floor);
  drag.until = to > now ? Math.min(snapped(to, Math.ceil), drag.end) : drag.since;
  const length = drag.end - drag.start;
  drag.selection.style.setProperty("--start", (100 * (drag.since - drag.start)) / length);
  drag.selection.style.setProperty("--length", (100 * (drag.until - drag.since)) / length);
  drag.selection.firstChild.textContent = `${words(drag.since)} – ${words(drag.until)}`;
}

function instant(x) {
  const { box } = drag;
  const share = Math.min(Math.max((x - box.left) / box.width, 0), 1);
  const isRightToLeft = getComputedStyle(drag.track).direction === "rtl";
  return drag.start + (isRightToLeft ? 1 - share : share) * (drag.end - drag.start);
}

// Counted from the last midnight, so that steps are round times on the schedule's clock.
function snapped(at, round) {
  const midnight = drag.days.filter((day) => day <= at).at(-1) ?? drag.start;
  return midnight + round((at - midnight) / drag.step) * drag.step;
}

function words(at) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: drag.rota.dataset.zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return format.format(at * 1000);
}

function iso(at) {
  return new Date(at * 1000).toISOString();
}

// The plain page of the form is where this leads if anything goes wrong.
async function cover(url, opener, selection) {
  try {
    await window.htmx.ajax("GET", url, { target: "#override-body", select: "#override-form", swap: "innerHTML" });
  } catch {
    location.assign(url);
    return;
  }
  const form = document.getElementById("override-form");
  if (!form) {
    location.assign(url);
    return;
  }
  // Closing the dialog throws the draft away; nothing is to be guarded then.
  form.removeAttribute("data-guard");
  document.getElementById("override").addEventListener("close", () => selection?.remove(), { once: true });
  open("override", opener);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("dialog a[data-close]")) event.preventDefault();
});
