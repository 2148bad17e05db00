// Buttons with data-copy put their value into the clipboard and say so.
import { announce, settings } from "./page.js";

export function start() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await write(button.dataset.copy);
    announce(settings.copied);
    confirm(button);
  });
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http has no clipboard interface, but it still knows the old command.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  return field.remove();
}

function confirm(button) {
  const label = [...button.childNodes].find(
    (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim(),
  );
  if (!label || button.dataset.copied) return;
  const before = label.textContent;
  button.dataset.copied = "yes";
  label.textContent = settings.copied;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copied;
  }, 2000);
}
