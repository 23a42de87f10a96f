// The live counter: one event stream in, one POST out. The browser reconnects by itself; a page that is put aside
// (back/forward cache) gives its stream up and takes it again when it is shown.
const output = document.querySelector("[data-count]");
const state = document.querySelector("[data-state]");
const watchers = document.querySelector("[data-watchers]");

const show = (live) => {
  state.dataset.live = live ? "yes" : "no";
  state.textContent = live ? "live" : "reconnecting";
};

const follow = () => {
  const events = new EventSource(output.dataset.events);
  events.addEventListener("open", () => show(true));
  events.addEventListener("error", () => show(false));
  events.addEventListener("count", (event) => {
    const counted = JSON.parse(event.data);
    output.value = counted.count;
    watchers.textContent = counted.watchers;
  });
  addEventListener("pagehide", () => events.close(), { once: true });
};

addEventListener("pageshow", follow);

document.querySelector("form[data-increment]").addEventListener("submit", (event) => {
  event.preventDefault();
  fetch(event.target.action, { method: "POST", headers: { accept: "application/json" } });
});
