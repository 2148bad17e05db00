// What the server tells the scripts, and how they speak to screen readers.
const element = document.getElementById("page-settings");

export const settings = element ? JSON.parse(element.textContent) : {};

export function fill(text, values) {
  return (text || "").replace(/%\((\w+)\)[sd]/g, (_, name) => values[name]);
}

export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}
