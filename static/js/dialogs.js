// An element with data-dialog="id" opens that dialog; focus returns to it afterwards.
export function start() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && open(opener.dataset.dialog, opener)) event.preventDefault();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    // A click on the backdrop lands on the dialog itself.
    if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
  });
}

export function open(id, opener = document.activeElement) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  const menu = opener?.closest("details.menu");
  if (menu) menu.open = false;
  const back = menu ? menu.querySelector("summary") : opener;
  dialog.addEventListener("close", () => back?.focus(), { once: true });
  dialog.showModal();
  firstFocus(dialog)?.focus();
  return true;
}

// A field if there is one, else the harmless way out; never the button that deletes.
function firstFocus(dialog) {
  const fields = ".dialog-body :is(input:not([type=hidden]), select, textarea)";
  return dialog.querySelector("[autofocus]") ?? dialog.querySelector(fields) ?? dialog.querySelector("[data-close]");
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  );
}
