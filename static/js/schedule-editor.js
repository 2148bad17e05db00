// Unsaved changes are guarded also when buttons made them, or a mistake kept them.
function touch() {
  document.getElementById("editor")?.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#editor button[name=do]:not([value=save], [value=preview])")) touch();
});

if (document.querySelector("#editor .error-summary")) addEventListener("load", touch);
