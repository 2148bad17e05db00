// In the incident list a verb's key acts on the current row while no row is ticked.
document.addEventListener("keydown", (event) => {
  const form = document.getElementById("bulk");
  const row = document.querySelector("[data-row].is-current");
  const isOurs = event.target === document.body || row?.contains(event.target);
  if (!form || !row || !isOurs || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.body.dataset.shortcuts === "off") return;
  if (!form.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) return;
  if (form.dataset.selected !== "0") return;
  // The bar appears, and the shortcut that follows presses its button.
  row.querySelector(".cell-select input").click();
}, { capture: true });
