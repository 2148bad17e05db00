// Registers the service worker, and lets a profile use this browser for pushes.
const STORE = "push";
const SUBSCRIPTION = "/push/subscription";

export async function start() {
  const panel = document.querySelector("[data-push]");
  const registered = navigator.serviceWorker?.register("/sw.js").catch(() => null);
  if (!panel) return;
  show(panel, "asking");
  panel.addEventListener("submit", (event) => onSubmit(event, panel, registered));
  show(panel, await state(panel, registered));
}

async function state(panel, registered) {
  if (!isSecureContext) return "insecure";
  if (!("PushManager" in window && "Notification" in window)) return unsupported();
  if (Notification.permission === "denied") return "denied";
  const subscription = await (await registered)?.pushManager.getSubscription();
  if (!subscription) return "ready";
  const known = JSON.parse(panel.dataset.known);
  return known.includes(await digest(subscription.endpoint)) ? "known" : "ready";
}

function unsupported() {
  // On iPhone and iPad only an installed app may receive pushes.
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent);
  return isApple && !navigator.standalone ? "install" : "unsupported";
}

function show(panel, name) {
  for (const part of panel.querySelectorAll("[data-push-state]")) {
    part.hidden = part.dataset.pushState !== name;
  }
}

async function onSubmit(event, panel, registered) {
  const form = event.target;
  const field = form.elements.subscription;
  if (!field || field.value) return;
  event.preventDefault();
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      return show(panel, Notification.permission === "denied" ? "denied" : "ready");
    }
    const subscription = await subscribe(await registered, panel.dataset.key);
    await keep(subscription, panel.dataset.key);
    field.value = JSON.stringify(subscription);
    form.requestSubmit();
  } catch {
    show(panel, "failed");
  }
}

async function subscribe(registration, key) {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    // Subscribed with another key: this installation's has changed since then.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

// The service worker proves with it who it is, when the browser renews it.
async function keep(subscription, key) {
  const store = await caches.open(STORE);
  const text = JSON.stringify({ old: subscription, key });
  await store.put(SUBSCRIPTION, new Response(text));
}

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
