// Shows the API's documentation with Swagger UI.
"use strict";

const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.classList.toggle("dark-mode", isDark);

const place = document.getElementById("docs");
window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: false,
  // Nothing leaves this host: the badge would ask somebody else's validator.
  validatorUrl: null,
});
