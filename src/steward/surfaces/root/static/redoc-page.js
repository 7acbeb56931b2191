"use strict";

// Shows the document of this server in ReDoc; the nonce lets the styles it makes pass the page's policy.
(function () {
  const page = document.getElementById("page");
  window.Redoc.init(page.dataset.document, { nonce: page.dataset.nonce, hideDownloadButton: false }, page);
})();
