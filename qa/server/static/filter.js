// The filter: which articles are asked, by title, source or date. Kept for this tab, so that a reload keeps it.

import { tell } from "./how.js";

const KEPT = "footnote-filter";
const SHOWN = 100; // titles in the list at once; a search finds the others

const dialog = element("dialog", { id: "fn-filter" });
const search = element("input", { type: "search", className: "fn-field", placeholder: "Find a title" });
const sources = element("select", { className: "fn-field" });
const list = element("ul", {});
const more = element("p", { className: "fn-meta" });
const since = element("input", { type: "date", className: "fn-field" });
const until = element("input", { type: "date", className: "fn-field" });

let articles = []; // id, title, source, published
let chosen = new Set(); // ids

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function labelled(text, field) {
  return element("label", {}, element("span", { className: "fn-label", textContent: text }), field);
}

export function addFilter() {
  const title = element("h2", { id: "fn-filter-title", textContent: "Which articles to ask" });
  dialog.setAttribute("aria-labelledby", title.id);
  list.setAttribute("aria-label", "Articles");
  list.tabIndex = 0; // it scrolls
  const clear = element("button", { type: "button", className: "fn-button", textContent: "Ask all articles" });
  const done = element("button", { type: "button", className: "fn-button primary", textContent: "Done" });
  dialog.append(
    title,
    element("div", { className: "fn-pair" }, labelled("Title", search), labelled("Source", sources)),
    list,
    more,
    element("div", { className: "fn-pair" }, labelled("Published since", since), labelled("Published until", until)),
    element("div", { className: "fn-actions" }, clear, done),
  );
  document.body.append(dialog);
  search.addEventListener("input", draw);
  sources.addEventListener("change", draw);
  for (const field of [since, until]) field.addEventListener("change", apply);
  clear.addEventListener("click", () => {
    chosen = new Set();
    for (const field of [search, sources, since, until]) field.value = "";
    apply();
    draw();
  });
  done.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
  restore();
}

export async function showFilter() {
  dialog.showModal();
  const answer = await fetch("/api/articles").catch(() => null);
  if (!answer?.ok) return; // what was chosen stays
  articles = await answer.json();
  for (const article of articles) article.from = sourceOf(article.source);
  const ids = new Set(articles.map((article) => article.id));
  chosen = new Set([...chosen].filter((id) => ids.has(id)));
  const counts = new Map();
  for (const { from } of articles) counts.set(from, (counts.get(from) ?? 0) + 1);
  const options = [...counts].sort().map(([from, count]) => element("option", { value: from, textContent: `${from} (${count})` }));
  apply(); // what is no longer there is not asked, either
  sources.replaceChildren(element("option", { value: "", textContent: "Any source" }), ...options);
  draw();
}

// Said again once the page is drawn.
export function describeFilter() {
  const button = document.querySelector("button.fn-filter");
  if (button && button.textContent !== inWords()) button.textContent = inWords();
}

function inWords() {
  const parts = [];
  if (chosen.size) parts.push(`${chosen.size} article${chosen.size > 1 ? "s" : ""}`);
  if (since.value) parts.push(`since ${since.value}`);
  if (until.value) parts.push(`until ${until.value}`);
  return parts.length ? `Only ${parts.join(", ")}` : "All articles";
}

// The site of an address, the folder of a file.
function sourceOf(source) {
  try {
    if (/^https?:/i.test(source)) return new URL(source).hostname;
  } catch {
    // no address after all
  }
  const folders = source.split(/[\\/]/).slice(0, -1);
  return folders[folders.length - 1] || "Files";
}

function draw() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = articles.filter(
    (article) =>
      (!sources.value || article.from === sources.value) &&
      words.every((word) => `${article.title} ${article.from}`.toLowerCase().includes(word)),
  );
  found.sort((one, other) => chosen.has(other.id) - chosen.has(one.id));
  const rows = found.slice(0, SHOWN).map(row);
  if (found.length > 1) rows.unshift(allOf(found));
  list.replaceChildren(...rows);
  const rest = found.length - SHOWN;
  more.textContent = rest > 0 ? `… and ${rest.toLocaleString("en")} more: find them by title or source` : found.length ? "" : "No article fits";
}

function row(article) {
  const box = element("input", { type: "checkbox", checked: chosen.has(article.id) });
  box.addEventListener("change", () => choose([article.id], box.checked));
  const meta = [article.published?.slice(0, 10), article.from].filter(Boolean).join(" · ");
  const text = element("span", {}, article.title || "Untitled", element("span", { className: "fn-meta", textContent: meta }));
  return element("li", {}, element("label", {}, box, text));
}

function allOf(found) {
  const box = element("input", { type: "checkbox", checked: found.every((article) => chosen.has(article.id)) });
  box.addEventListener("change", () => {
    choose(found.map((article) => article.id), box.checked);
    draw();
  });
  return element("li", { className: "fn-all" }, element("label", {}, box, `All ${found.length.toLocaleString("en")} of this list`));
}

function choose(ids, on) {
  for (const id of ids) on ? chosen.add(id) : chosen.delete(id);
  apply();
}

function apply() {
  const kept = { articles: [...chosen], since: since.value, until: until.value };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  tell(kept);
  describeFilter();
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    chosen = new Set(kept.articles ?? []);
    since.value = kept.since ?? "";
    until.value = kept.until ?? "";
  } catch {
    sessionStorage.removeItem(KEPT);
  }
  apply();
}
