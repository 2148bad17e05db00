// Chooses the browser's time zone in a new form; without scripts people choose it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}
