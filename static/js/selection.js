// Counts ticked rows for the bar of bulk actions; "all" ticks every row of the page.
import { fill, settings } from "./page.js";

export function start() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) tickAll(event.target);
    refresh();
  });
  document.addEventListener("selectionrestored", refresh);
  refresh();
}

function boxes(form) {
  return [...form.elements].filter((element) => element.matches(".cell-select [name]"));
}

function tickAll(all) {
  for (const box of boxes(all.form)) box.checked = all.checked;
}

function refresh() {
  for (const form of document.querySelectorAll("form[data-selection]")) {
    const ticked = boxes(form).filter((box) => box.checked).length;
    form.dataset.selected = ticked;
    const count = form.querySelector("[data-selection-count]");
    if (count) count.textContent = fill(settings.selected, { count: ticked });
    const all = [...form.elements].find((element) => element.matches("[data-select-all]"));
    if (!all) continue;
    all.checked = ticked > 0 && ticked === boxes(form).length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
}
