// A form is sent once, and unsaved changes are not lost silently.
let dirty = false;

export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-guard]")) dirty = true;
  });
  document.addEventListener("submit", onSubmit);
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  // Coming back through the history finds usable buttons.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (form) release(form);
  });
  document.querySelector(".error-summary")?.focus();
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.matches("[data-guard]")) dirty = false;
  form.dataset.sent = "yes";
  // Later, because a disabled button would not send its name and value.
  setTimeout(() => {
    if (!form.dataset.sent) return;
    for (const button of buttons(form)) button.dataset.busy = "yes";
  }, 300);
}

function release(form) {
  delete form.dataset.sent;
  for (const button of buttons(form)) delete button.dataset.busy;
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
