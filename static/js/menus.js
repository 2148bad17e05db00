// Menus are details elements; these close on Escape, a click elsewhere and leaving.
export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) history.back();
  });
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) move(menu, event);
  });
}

function opened() {
  return document.querySelectorAll("details.menu[open]");
}

function move(menu, event) {
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const items = [...menu.querySelectorAll(".menu-list :is(a, button)")];
  const next = items.indexOf(document.activeElement) + step;
  items[(next + items.length) % items.length]?.focus();
  event.preventDefault();
}
