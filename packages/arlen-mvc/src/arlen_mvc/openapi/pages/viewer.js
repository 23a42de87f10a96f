"use strict";
const page = document.documentElement.dataset;
const specs = JSON.parse(page.specs);
const shown = document.getElementById("document");
const chooser = document.getElementById("version");

const KINDS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text) {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(KINDS)) {
    fragment.append(text.slice(done, found.index));
    const span = document.createElement("span");
    span.className = found[2] ? "key" : found[1] ? "text" : "literal";
    span.textContent = found[1] || found[0];
    fragment.append(span, found[2] || "");
    done = found.index + found[0].length;
  }
  fragment.append(text.slice(done));
  return fragment;
}

async function show(version) {
  const path = page.root + specs[version];
  document.getElementById("raw").href = path;
  try {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    shown.replaceChildren(coloured(JSON.stringify(await answer.json(), null, 2)));
  } catch (error) {
    shown.textContent = String(error);
  }
  shown.setAttribute("aria-busy", "false");
}

const versions = Object.keys(specs);
for (const version of versions) chooser.append(new Option(version || "all versions", version));
chooser.hidden = versions.length < 2;
chooser.addEventListener("change", () => show(chooser.value));
show("");
