"use strict";
const page = document.documentElement.dataset;
const specs = JSON.parse(page.specs);
const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const place = (id) => document.getElementById(id);
let spec = {};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function followed(value) {
  const seen = new Set();
  while (value && value.$ref && !seen.has(value.$ref)) {
    seen.add(value.$ref);
    value = value.$ref.slice(2).split("/").reduce((at, key) => (at || {})[key.replace(/~1/g, "/").replace(/~0/g, "~")], spec);
  }
  return value || {};
}

function kindOf(schema) {
  schema = followed(schema);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  const either = schema.anyOf || schema.oneOf;
  if (either) return either.map(kindOf).join(" | ");
  const kind = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
  if (kind === "array") return `${kindOf(schema.items || {})}[]`;
  return schema.format ? `${kind} (${schema.format})` : kind;
}

const BOUNDS = { minimum: "≥", exclusiveMinimum: ">", maximum: "≤", exclusiveMaximum: "<", minLength: "length ≥",
  maxLength: "length ≤", pattern: "matches", default: "default" };

function wordsOf(schema) {
  schema = followed(schema);
  const bounds = Object.entries(BOUNDS).filter(([key]) => schema[key] !== undefined)
    .map(([key, word]) => `${word} ${typeof schema[key] === "string" ? schema[key] : JSON.stringify(schema[key])}`);
  return [kindOf(schema), ...bounds].join(", ");
}

function sample(schema, depth = 0) {
  schema = followed(schema);
  if (schema.default !== undefined) return schema.default;
  if (schema.examples && schema.examples.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const branches = schema.anyOf || schema.oneOf;
  if (branches) return sample(branches.find((each) => followed(each).type !== "null") || {}, depth);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => sample(each, depth)));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return depth > 4 ? {} : Object.fromEntries(
        Object.entries(schema.properties || {}).map(([name, member]) => [name, sample(member, depth + 1)]));
    case "array":
      return depth > 4 || !schema.items ? [] : [sample(schema.items, depth + 1)];
    case "integer":
    case "number":
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 0 : schema.exclusiveMinimum + 1);
    case "boolean":
      return false;
    case "string":
      return { date: "2026-01-31", "date-time": "2026-01-31T12:00:00Z", email: "ada@example.com",
        uuid: "00000000-0000-4000-8000-000000000000" }[schema.format] || "x".repeat(schema.minLength || 0);
    default:
      return null;
  }
}

function expanded(schema, path = []) {
  if (!schema || typeof schema !== "object") return schema;
  if (Array.isArray(schema)) return schema.map((each) => expanded(each, path));
  if (schema.$ref) return path.includes(schema.$ref) ? schema : expanded(followed(schema), [...path, schema.$ref]);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, expanded(value, path)]));
}

function input(schema, attributes) {
  const kind = followed(schema);
  const choices = kind.enum || (kind.const !== undefined ? [kind.const] : kind.type === "boolean" ? [true, false] : null);
  if (!choices) return make("input", { type: "text", autocomplete: "off", ...attributes });
  const select = make("select", attributes, new Option("", ""));
  for (const choice of choices) select.append(new Option(String(choice), String(choice)));
  return select;
}

function field(label, note, required, control, wide = false) {
  const name = make("span", {}, label, required ? make("b", { title: "required" }, " *") : "");
  return make("label", { class: wide ? "field wide" : "field" }, name, control, make("small", {}, note));
}

function parameterField(parameter) {
  const control = input(parameter.schema || {}, { name: parameter.name, "data-in": parameter.in });
  const preset = followed(parameter.schema);
  const value = preset.const ?? (preset.examples || [])[0] ?? (parameter.required ? preset.default : undefined);
  if (value !== undefined) control.value = typeof value === "object" ? JSON.stringify(value) : String(value);
  control.toggleAttribute("required", Boolean(parameter.required));
  control.dataset.many = String(followed(parameter.schema).type === "array");
  const note = `${parameter.in}: ${wordsOf(parameter.schema || {})}`;
  const more = parameter.description ? ` · ${parameter.description}` : "";
  return field(parameter.name, note + more, parameter.required, control);
}

const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"];

function bodyFields(body) {
  const [kind, media] = Object.entries(body.content || {})[0] || ["", {}];
  if (!kind) return [];
  if (!FORMS.includes(kind)) {
    const named = Object.values(media.examples || {})[0];
    const value = named ? named.value : sample(media.schema || {});
    const area = make("textarea", { "data-body": kind, spellcheck: "false", "aria-label": `Body, ${kind}` });
    area.value = JSON.stringify(value, null, 2);
    return [field("body", kind, body.required, area, true)];
  }
  const schema = followed(media.schema);
  return Object.entries(schema.properties || {}).map(([name, member]) => {
    const own = followed(member);
    const file = own.format === "binary" || (own.items && followed(own.items).format === "binary");
    const control = file
      ? make("input", { type: "file", name, "data-form": kind, multiple: own.type === "array" })
      : input(member, { name, "data-form": kind });
    return field(name, `form: ${wordsOf(member)}`, (schema.required || []).includes(name), control);
  });
}

function authority(operation) {
  const schemes = (spec.components || {}).securitySchemes || {};
  const names = new Set((operation.security || []).flatMap((each) => Object.keys(each)));
  const headers = {};
  const query = [];
  for (const name of names) {
    const scheme = schemes[name] || {};
    const given = document.querySelector(`[data-scheme="${CSS.escape(name)}"]`);
    if (!given || !given.value) continue;
    if (scheme.type === "http" && scheme.scheme === "basic") {
      headers.Authorization = `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(given.value)))}`;
    } else if (scheme.type === "apiKey" && scheme.in === "query") query.push([scheme.name, given.value]);
    else if (scheme.type === "apiKey" && scheme.in === "header") headers[scheme.name] = given.value;
    else if (scheme.type === "apiKey") document.cookie = `${scheme.name}=${encodeURIComponent(given.value)}; path=${page.root || "/"}`;
    else headers.Authorization = `Bearer ${given.value}`;
  }
  return { headers, query };
}

function request(path, method, operation, form) {
  const { headers, query } = authority(operation);
  const parameters = new URLSearchParams(query);
  for (const control of form.querySelectorAll("[data-in]")) {
    const value = control.value;
    const where = control.dataset.in;
    if (where === "path") path = path.replace(`{${control.name}}`, encodeURIComponent(value));
    if (value === "" || where === "path") continue;
    if (where === "query") {
      const values = control.dataset.many === "true" ? value.split(",") : [value];
      for (const each of values) parameters.append(control.name, each.trim());
    } else if (where === "header") headers[control.name] = value;
    else if (where === "cookie") document.cookie = `${control.name}=${encodeURIComponent(value)}; path=${page.root || "/"}`;
  }
  let body;
  const area = form.querySelector("[data-body]");
  const fields = [...form.querySelectorAll("[data-form]")];
  if (area && area.value.trim()) {
    headers["Content-Type"] = area.dataset.body;
    body = area.value;
  } else if (fields.length) {
    body = fields[0].dataset.form === FORMS[0] ? new URLSearchParams() : new FormData();
    for (const control of fields) {
      if (control.type === "file") for (const file of control.files) body.append(control.name, file);
      else if (control.value !== "") body.append(control.name, control.value);
    }
  }
  const server = ((spec.servers || [])[0] || { url: "" }).url.replace(/\/$/, "");
  const asked = parameters.toString();
  return [server + path + (asked ? `?${asked}` : ""), { method: method.toUpperCase(), headers, body }];
}

function printed(text, kind) {
  if (!/json/.test(kind)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function tryItOut(path, method, operation, form) {
  const shown = form.querySelector(".answer");
  const button = form.querySelector(".try");
  const [url, options] = request(path, method, operation, form);
  button.disabled = true;
  const started = performance.now();
  try {
    const answer = await fetch(url, options);
    const text = await answer.text();
    const spent = Math.round(performance.now() - started);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    shown.replaceChildren(
      make("div", { class: "status" },
        make("strong", { class: answer.ok ? "good" : "bad" }, `${answer.status} ${answer.statusText}`.trim()),
        make("span", { class: "empty" }, `${spent} ms`),
        make("code", {}, `${options.method} ${url}`)),
      text ? make("pre", { tabindex: "0", "aria-label": "Body of the answer" }, printed(text, answer.headers.get("content-type") || ""))
        : make("p", { class: "empty" }, "The answer has no body."),
      make("details", {}, make("summary", {}, "Headers"), make("pre", {}, headers)));
  } catch (error) {
    shown.replaceChildren(make("p", { class: "bad" }, `No answer from ${url}: ${error.message}`));
  } finally {
    button.disabled = false;
  }
}

function responseItem(status, response) {
  const told = followed(response);
  const [kind, media] = Object.entries(told.content || {})[0] || ["", null];
  const shape = media && media.schema
    ? make("details", { class: "shape" }, make("summary", {}, `${kind}: ${kindOf(media.schema)}`),
      make("pre", { tabindex: "0" }, JSON.stringify(expanded(media.schema), null, 2)))
    : null;
  return make("li", {}, make("code", {}, status), told.description || "", shape);
}

function operationBlock(path, method, operation, id) {
  const summary = make("summary", {},
    make("span", { class: `method ${method}` }, method.toUpperCase()),
    make("span", { class: operation.deprecated ? "path gone" : "path" }, path),
    make("span", { class: "words" }, operation.summary || ""),
    operation.deprecated && make("span", { class: "badge" }, "deprecated"),
    operation.security && make("span", { class: "badge" }, "needs authority"));
  const block = make("details", { class: "operation", id }, summary);
  block.addEventListener("toggle", () => {
    if (!block.open || block.dataset.filled) return;
    block.dataset.filled = "true";
    const form = make("form", { class: "inside", novalidate: true });
    if (operation.description) form.append(make("p", {}, operation.description));
    const body = operation.requestBody ? followed(operation.requestBody) : { content: {} };
    const fields = [...(operation.parameters || []).map(followed).map(parameterField), ...bodyFields(body)];
    if (fields.length) form.append(make("h3", {}, "Request"), make("div", { class: "fields" }, ...fields));
    form.append(make("button", { class: "try", type: "submit" }, "Try It Out"),
      make("div", { class: "answer", "aria-live": "polite" }),
      make("h3", {}, "Answers"),
      make("ul", { class: "statuses" },
        ...Object.entries(operation.responses || {}).map(([status, each]) => responseItem(status, each))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tryItOut(path, method, operation, form);
    });
    block.append(form);
  });
  return block;
}

function schemeFields() {
  const schemes = Object.entries((spec.components || {}).securitySchemes || {});
  if (!schemes.length) return [];
  const fields = schemes.map(([name, scheme]) => {
    const control = make("input", { type: "password", autocomplete: "off", "data-scheme": name });
    const basic = scheme.type === "http" && scheme.scheme === "basic";
    const note = scheme.type === "apiKey" ? `${scheme.in}: ${scheme.name}` : basic ? "name:password" : `${scheme.scheme || scheme.type} token`;
    return field(name, note, false, control);
  });
  return [make("details", { class: "authority" }, make("summary", {}, make("strong", {}, "Authority"),
    make("span", { class: "words" }, "kept in this page only")), make("div", { class: "fields" }, ...fields))];
}

function grouped() {
  const groups = new Map();
  for (const [path, item] of Object.entries(spec.paths || {})) {
    for (const method of METHODS.filter((each) => item[each])) {
      const tag = (item[method].tags || [])[0] || "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push([path, method, item[method]]);
    }
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}

function openNamed() {
  const block = location.hash && place(decodeURIComponent(location.hash.slice(1)));
  if (!block) return;
  block.open = true;
  block.scrollIntoView();
  block.querySelector("summary").focus({ preventScroll: true });
}

function search() {
  const wanted = place("search").value.trim().toLowerCase();
  for (const entry of document.querySelectorAll("[data-words]")) entry.hidden = !entry.dataset.words.includes(wanted);
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-words]:not([hidden])");
  }
}

async function load(version) {
  const path = page.root + specs[version];
  place("raw").href = path;
  const operations = place("operations");
  try {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    spec = await answer.json();
  } catch (error) {
    operations.replaceChildren(make("p", { class: "bad" }, String(error)));
    return;
  }
  place("title").textContent = `${spec.info.title} ${spec.info.version}`;
  place("description").textContent = spec.info.description || "";
  place("authority").replaceChildren(...schemeFields());
  operations.replaceChildren();
  place("list").replaceChildren();
  for (const [tag, entries] of grouped()) {
    const list = make("ul");
    const section = make("section", { "data-group": true }, tag ? make("h2", {}, tag) : null);
    const group = make("div", { "data-group": true }, tag ? make("h2", {}, tag) : null, list);
    for (const [route, method, operation] of entries) {
      const id = operation.operationId || `${method} ${route}`;
      const words = [method, route, operation.summary, tag].join(" ").toLowerCase();
      list.append(make("li", { "data-words": words }, make("a", { href: `#${encodeURIComponent(id)}`, title: operation.summary },
        make("span", { class: `method ${method}` }, method.toUpperCase()),
        make("span", { class: operation.deprecated ? "path gone" : "path" }, route))));
      const block = operationBlock(route, method, operation, id);
      block.dataset.words = words;
      section.append(block);
    }
    place("list").append(group);
    operations.append(section);
  }
  if (!operations.children.length) operations.append(make("p", { class: "empty" }, "There are no operations."));
  operations.setAttribute("aria-busy", "false");
  search();
  openNamed();
}

const versions = Object.keys(specs);
const chooser = place("version");
for (const version of versions) chooser.append(new Option(version || "all versions", version));
chooser.hidden = versions.length < 2;
chooser.addEventListener("change", () => load(chooser.value));
place("search").addEventListener("input", search);
window.addEventListener("hashchange", openNamed);
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  event.preventDefault();
  place("search").focus();
});
load("");
