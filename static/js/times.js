// Keeps "4 min ago" true without asking the server and without announcing it.
import { fill, settings } from "./page.js";

const DAY = 24 * 60;

export function start() {
  setInterval(refresh, 15_000);
  document.addEventListener("visibilitychange", refresh);
}

function refresh() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(new Date(element.dateTime), new Date());
    if (text && element.textContent !== text) element.textContent = text;
  }
}

export function relative(at, now) {
  const words = settings.times;
  const past = at <= now;
  const minutes = Math.floor(Math.abs(now - at) / 60_000);
  if (!words || minutes >= DAY) return null;
  if (minutes === 0) return past ? words.now : words.soon;
  if (minutes < 60) return fill(past ? words.minutesAgo : words.inMinutes, { count: minutes });
  return fill(past ? words.hoursAgo : words.inHours, { count: Math.floor(minutes / 60) });
}
