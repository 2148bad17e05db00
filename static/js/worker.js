// The service worker: shows pushes, sends what their buttons say, and tells us when
// the browser's subscription changes. It keeps no page; a page with old data misleads.
const STORE = "push";
const SUBSCRIPTION = "/push/subscription";
const ICON = "/static/img/app-192.png";
const BADGE = "/static/img/badge-96.png";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => event.waitUntil(clicked(event)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

function read(data) {
  try {
    return data.json();
  } catch {
    // A browser takes the permission away when a push shows nothing.
    return { title: "OnCall", body: "", tag: "empty", link: "/", buttons: [] };
  }
}

async function show(push) {
  await self.registration.showNotification(push.title, {
    body: push.body,
    tag: push.tag,
    // A newer one takes the place of an older one, and is heard.
    renotify: true,
    requireInteraction: Boolean(push.stays),
    timestamp: push.at,
    icon: ICON,
    badge: BADGE,
    actions: push.buttons,
    data: push,
  });
  if (push.received) await post(push.received).catch(() => {});
}

async function clicked(event) {
  event.notification.close();
  const push = event.notification.data;
  if (event.action) return answer(push, event.action);
  return open(push.link);
}

async function answer(push, verb) {
  const said = await reply(push, verb);
  await self.registration.showNotification(said.title, {
    body: said.body,
    tag: push.tag,
    icon: ICON,
    badge: BADGE,
    data: { link: push.link },
  });
}

async function reply(push, verb) {
  try {
    const response = await post(push.answer, new URLSearchParams({ verb }));
    return await response.json();
  } catch {
    return { title: push.title, body: push.failed };
  }
}

function post(path, body) {
  // What the path carries is the proof; the session is another matter.
  return fetch(path, { method: "POST", credentials: "omit", body });
}

async function open(link) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((client) => client.url === new URL(link, self.location).href);
  return there ? there.focus() : self.clients.openWindow(link);
}

async function renew(event) {
  const store = await caches.open(STORE);
  const kept = await store.match(SUBSCRIPTION);
  if (!kept) return;
  const { old, key } = await kept.json();
  const fresh = event.newSubscription || (await subscribe(key));
  await fetch("/push/renew", {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ old, new: fresh }),
  });
  const text = JSON.stringify({ old: fresh, key });
  await store.put(SUBSCRIPTION, new Response(text));
}

function subscribe(key) {
  return self.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
}
