// Starts what makes the plain pages smoother. Every page works without it.
import * as copy from "./copy.js";
import * as dialogs from "./dialogs.js";
import * as forms from "./forms.js";
import * as live from "./live.js";
import * as menus from "./menus.js";
import * as push from "./push.js";
import * as selection from "./selection.js";
import * as shortcuts from "./shortcuts.js";
import * as themes from "./themes.js";
import * as times from "./times.js";
import * as toasts from "./toasts.js";

for (const part of [copy, dialogs, forms, live, menus, push, selection, shortcuts, themes, times, toasts]) {
  part.start();
}
