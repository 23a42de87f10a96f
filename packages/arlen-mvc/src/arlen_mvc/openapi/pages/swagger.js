"use strict";
const page = document.documentElement.dataset;
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: page.root + JSON.parse(page.specs)[""],
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
