// Short results after an action, with Undo for ten seconds where the server offers it.
import { settings } from "./page.js";

const SHOWN = 10_000;

export function start() {
  document.body.addEventListener("toast", (event) => show(event.detail));
}

export function show({ text, undo }) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) toast.append(undoForm(undo));
  document.getElementById("toasts")?.append(toast);
  let timer = setTimeout(() => toast.remove(), SHOWN);
  // Nobody is hurried: it stays while pointed at or focused.
  const stay = () => clearTimeout(timer);
  const go = () => {
    timer = setTimeout(() => toast.remove(), SHOWN);
  };
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
}

function undoForm(url) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url });
  const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
  form.append(
    Object.assign(document.createElement("input"), {
      type: "hidden",
      name: "csrfmiddlewaretoken",
      value: token,
    }),
    Object.assign(document.createElement("button"), {
      className: "button button-small",
      textContent: settings.undo,
    }),
  );
  return form;
}
