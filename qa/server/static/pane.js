// The pane beside the chat that shows an article at the quoted words; on a narrow screen it slides over the chat.

import { hideCard } from "./card.js";
import { copy } from "./copy.js";
import { numberOf, sameSource, sourcesOf } from "./footnotes.js";

const root = document.documentElement;
const NARROW = matchMedia("(max-width: 800px)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const OPENED = "footnote-opened"; // where the open article is kept, so that a reload shows it again

let opener = null; // the link that focus goes back to
let opened = ""; // the address that was opened, as its link has it
let answer = null; // the answer whose footnote is open
let lighted = null; // the answer whose spans are marked in the frame

const pane = element("aside", { id: "fn-reader", ariaLabel: "Article" });
const title = element("p", { className: "fn-reader-title" });
const tab = element("a", { className: "fn-tab", target: "_blank", rel: "noopener", textContent: "Open in a tab" });
const close = element("button", { type: "button", ariaLabel: "Close the article", textContent: "Close" });
const frame = element("iframe", { name: "fn-reader", title: "Article" });
const steps = element("nav", { className: "fn-reader-steps", ariaLabel: "Footnotes of the answer", hidden: true });
const before = element("button", { type: "button", textContent: "Previous", className: "fn-before" });
const after = element("button", { type: "button", textContent: "Next", className: "fn-after" });
const place = element("span", { className: "fn-place", role: "status" });
const share = element("button", { type: "button", textContent: "Copy link", className: "fn-share" });

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

export function addPane(onKey) {
  const bar = element("div", { className: "fn-reader-bar" });
  bar.append(title, share, tab, close);
  steps.append(before, place, after);
  pane.append(bar, frame, steps);
  document.body.append(pane);
  close.addEventListener("click", closePane);
  before.addEventListener("click", () => step(-1));
  after.addEventListener("click", () => step(1));
  share.addEventListener("click", () => copy(tab.href, share));
  frame.addEventListener("load", () => describe(onKey));
  addEventListener("popstate", hide);
  NARROW.addEventListener("change", cover);
  show(false);
  const kept = sessionStorage.getItem(OPENED);
  if (kept) openPane(kept, null);
}

export function openPane(address, link) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) return;
  sessionStorage.setItem(OPENED, address);
  opened = address;
  opener = link ?? opener;
  answer = link?.closest(".fn-answer") ?? null;
  if (!light(url)) load(url);
  // On a narrow screen, Back closes the article.
  if (NARROW.matches && pane.inert && !history.state?.reading) history.pushState({ reading: true }, "");
  const wasClosed = pane.inert;
  show(true);
  if (NARROW.matches && wasClosed) close.focus();
  describePlace();
}

export function closePane() {
  if (pane.inert) return;
  if (history.state?.reading) history.back(); // popstate hides it
  else hide();
}

export function isOpen() {
  return !pane.inert;
}

// The answer whose footnote is open; it may have been drawn anew since.
export function openAnswer() {
  if (!opened || pane.inert) return null;
  if (!answer?.isConnected) {
    const sources = [...document.querySelectorAll("a.fn-source")];
    answer = sources.findLast((source) => source.getAttribute("href") === opened)?.closest(".fn-answer") ?? null;
    if (answer) load(new URL(opened, location.origin)); // after a reload the article is there before its answer
  }
  return answer;
}

export function step(by) {
  const sources = sourcesOf(openAnswer());
  const to = sources[sources.findIndex((source) => source.getAttribute("href") === opened) + by];
  if (!to) return;
  const ref = [...answer.querySelectorAll("a.fn-ref")].find((other) => other.getAttribute("href") === to.getAttribute("href"));
  openPane(to.getAttribute("href"), ref ?? to);
  (ref ?? to).scrollIntoView({ block: "nearest", behavior: CALM.matches ? "auto" : "smooth" });
}

// Which footnote of how many is open; called again when the answers have been drawn.
export function describePlace() {
  const sources = sourcesOf(openAnswer());
  const at = sources.findIndex((source) => source.getAttribute("href") === opened);
  steps.hidden = at < 0 || sources.length < 2;
  for (const other of document.querySelectorAll("gradio-app a[aria-current]")) other.removeAttribute("aria-current");
  if (at < 0) return;
  const kind = answer.querySelector(".fn-none") ? "Passage" : "Footnote";
  const text = `${kind} ${numberOf(sources[at])} of ${sources.length}`;
  if (place.textContent !== text) place.textContent = text;
  before.disabled = at === 0;
  after.disabled = at === sources.length - 1;
  for (const same of sameSource(sources[at])) same.setAttribute("aria-current", "true");
}

// The frame's address: with the other spans of the answer that lie in this article.
function load(url) {
  const shown = new URL(url);
  const sources = sourcesOf(answer);
  const own = sources.find((source) => source.getAttribute("href") === opened);
  if (own) shown.searchParams.set("n", numberOf(own));
  const also = sources.filter((source) => source !== own && source.pathname === url.pathname).map((source) => {
    const query = new URL(source.href).searchParams;
    return `${numberOf(source)}.${query.get("s")}.${query.get("e")}`;
  });
  if (also.length) shown.searchParams.set("also", also.join(","));
  // The same address would only be scrolled to, whatever has become of the article since.
  if (frame.contentWindow.location.href === shown.href) frame.contentWindow.location.reload();
  else frame.contentWindow.location.replace(shown);
}

// Lights another span of the article that is already there, as the eye follows best. False where that cannot be done.
function light(url) {
  const own = sourcesOf(answer).find((source) => source.getAttribute("href") === opened);
  const shown = new URL(frame.contentWindow.location);
  const marks = [...(frame.contentDocument?.querySelectorAll("mark[data-n]") ?? [])];
  if (!own || pane.inert || shown.pathname !== url.pathname || shown.searchParams.get("id") !== url.searchParams.get("id")) return false;
  if (answer !== lighted || !marks.length) return false;
  const number = String(numberOf(own));
  const wanted = marks.filter((mark) => mark.dataset.n.split(" ").includes(number));
  if (!wanted.length) return false;
  for (const mark of marks) mark.classList.toggle("lit", wanted.includes(mark));
  wanted[0].scrollIntoView({ block: "center", behavior: CALM.matches ? "auto" : "smooth" });
  tab.href = url;
  return true;
}

function hide() {
  show(false);
  sessionStorage.removeItem(OPENED);
  opened = "";
  describePlace();
  opener?.focus();
  hideCard(); // its words have just been read, and it would lie over what stands below the answer
}

function show(open) {
  root.classList.toggle("fn-reading", open);
  pane.inert = !open;
  cover();
}

// What the article covers on a narrow screen cannot be reached by Tab, or told of by a screen reader.
function cover() {
  document.querySelector("gradio-app").inert = NARROW.matches && !pane.inert;
}

function describe(onKey) {
  if (!frame.contentDocument) return void fetch(opened).catch(() => {}); // not let in: it may be time to sign in
  const url = new URL(frame.contentWindow.location);
  if (url.origin !== location.origin) return; // nothing in it yet
  for (const name of ["n", "also"]) url.searchParams.delete(name);
  lighted = answer;
  tab.href = url;
  frame.title = frame.contentDocument.querySelector("h1")?.textContent ?? "Article";
  title.textContent = frame.title;
  share.hidden = !url.searchParams.has("s");
  frame.contentDocument.addEventListener("keydown", onKey);
}
