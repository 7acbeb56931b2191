"use strict";

// Shows the document of this server in Swagger UI. Nothing is sent elsewhere: no validator, no remote configuration.
(function () {
  const page = document.getElementById("page");
  window.SwaggerUIBundle({
    url: page.dataset.document,
    domNode: page,
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    queryConfigEnabled: false,
    validatorUrl: null,
  });
})();
