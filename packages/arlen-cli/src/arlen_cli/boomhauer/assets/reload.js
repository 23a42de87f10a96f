// Follows the development server: reloads when the application was built anew, swaps style sheets when only they changed.
(() => {
  const { build } = document.currentScript.dataset;
  const RETRY_MS = 1000;

  const swapStyles = () => {
    for (const link of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const address = new URL(link.href);
      if (address.origin !== location.origin) continue;
      address.searchParams.set("_arlen", Date.now());
      const fresh = link.cloneNode();
      fresh.href = address.href;
      fresh.addEventListener("load", () => link.remove());
      link.after(fresh);
    }
  };

  const follow = () => {
    const events = new EventSource("/_arlen/reload");
    events.addEventListener("build", (event) => {
      if (event.data !== build) location.reload();
    });
    events.addEventListener("page", () => location.reload());
    events.addEventListener("styles", swapStyles);
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS);
    });
    addEventListener("pagehide", () => events.close(), { once: true });
  };

  follow();
})();
