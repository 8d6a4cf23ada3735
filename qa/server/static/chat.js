// Opens a footnote beside the chat and shows its card. Text reaches the page through textContent only.

const root = document.documentElement;
const NARROW = matchMedia("(max-width: 800px)");
const FOOTNOTES = "a.fn-ref, a.fn-source, a.fn-open";
const OPENED = "footnote-opened"; // where the open article is kept, so that a reload shows it again

let opener = null; // the link that focus goes back to

// -- the reader ------------------------------------------------------------------------------------------------------

const reader = document.createElement("aside");
reader.id = "fn-reader";
reader.setAttribute("aria-label", "Article");
reader.append(...readerParts());

function readerParts() {
  const bar = document.createElement("div");
  bar.className = "fn-reader-bar";
  const title = document.createElement("p");
  title.className = "fn-reader-title";
  const tab = document.createElement("a");
  tab.className = "fn-tab";
  tab.target = "_blank";
  tab.rel = "noopener";
  tab.textContent = "Open in a tab";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "fn-close";
  close.textContent = "Close";
  close.setAttribute("aria-label", "Close the article");
  close.addEventListener("click", closeReader);
  bar.append(title, tab, close);
  const frame = document.createElement("iframe");
  frame.name = "fn-reader";
  frame.title = "Article";
  // No scripts in there; links may only leave for a tab of their own.
  frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  frame.addEventListener("load", () => {
    if (frame.contentWindow.location.origin !== location.origin) return; // nothing in it yet
    tab.href = withoutTheme(frame.contentWindow.location.href);
    title.textContent = frame.title = frame.contentDocument.querySelector("h1")?.textContent ?? "Article";
    frame.contentDocument.addEventListener("keydown", (event) => event.key === "Escape" && closeReader());
  });
  return [bar, frame];
}

function openReader(address, link) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) return;
  sessionStorage.setItem(OPENED, url.pathname + url.search + url.hash);
  url.searchParams.set("theme", document.body.classList.contains("dark") ? "dark" : "light");
  reader.querySelector("iframe").contentWindow.location.replace(url);
  if (NARROW.matches && !root.classList.contains("fn-reading")) history.pushState({ reading: true }, ""); // for Back
  show(true);
  opener = link;
  if (NARROW.matches) reader.querySelector(".fn-close").focus();
  for (const other of document.querySelectorAll("a.fn-ref[aria-current], a.fn-source[aria-current]")) {
    other.removeAttribute("aria-current");
  }
  for (const same of link ? sameSource(link) : []) same.setAttribute("aria-current", "true");
}

function sameSource(link) {
  const links = link.closest(".fn-answer")?.querySelectorAll(FOOTNOTES) ?? [];
  return [...links].filter((other) => other.getAttribute("href") === link.getAttribute("href"));
}

function closeReader() {
  if (history.state?.reading) history.back();
  else hideReader();
}

function hideReader() {
  if (!root.classList.contains("fn-reading")) return;
  show(false);
  sessionStorage.removeItem(OPENED);
  opener?.focus();
}

function show(open) {
  root.classList.toggle("fn-reading", open);
  reader.inert = !open;
}

function withoutTheme(address) {
  const url = new URL(address);
  url.searchParams.delete("theme");
  return url.href;
}

addEventListener("popstate", hideReader);

// -- the card --------------------------------------------------------------------------------------------------------

const card = document.createElement("div");
card.id = "fn-card";
card.setAttribute("role", "tooltip");
card.hidden = true;
let carded = null; // the footnote whose card it is
let leaving = 0;

function showCard(ref) {
  clearTimeout(leaving);
  const source = sameSource(ref).find((link) => link.matches("a.fn-source"));
  if (!source) return; // still coming in
  const parts = ["q", "cite", "time"].map((tag) => {
    const part = document.createElement(tag);
    part.textContent = source.closest(tag === "q" ? "li" : ".fn-article").querySelector(tag)?.textContent ?? "";
    return part;
  });
  card.replaceChildren(...parts.filter((part) => part.textContent));
  card.hidden = false;
  carded?.removeAttribute("aria-describedby");
  carded = ref;
  ref.setAttribute("aria-describedby", card.id);
  placeCard();
}

function placeCard() {
  const at = carded.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - width / 2), innerWidth - width - 8);
  const above = at.top - height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hideCard() {
  card.hidden = true;
  carded?.removeAttribute("aria-describedby");
  carded = null;
}

function leaveCard() {
  clearTimeout(leaving);
  leaving = setTimeout(hideCard, 140); // long enough to reach the card with the pointer
}

// -- what the reader of the page does --------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#fn-clear")) document.querySelector("#fn-question textarea")?.focus();
  const link = event.target.closest?.(FOOTNOTES);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  hideCard();
  openReader(link.getAttribute("href"), link);
});

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return; // a tap opens the article itself
  const ref = event.target.closest?.("a.fn-ref");
  if (ref) showCard(ref);
  else if (event.target.closest?.("#fn-card")) clearTimeout(leaving);
  else if (!card.hidden && !document.activeElement?.matches("a.fn-ref")) leaveCard();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("a.fn-ref:focus-visible")) showCard(event.target);
  else hideCard();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!card.hidden) hideCard();
  else if (root.classList.contains("fn-reading") && NARROW.matches) closeReader();
});

function followScroll(event) {
  if (card.contains(event.target)) return;
  if (carded?.matches(":hover, :focus-visible")) placeCard();
  else hideCard();
}
addEventListener("scroll", followScroll, { capture: true, passive: true });

// -- the conversation as it comes in -----------------------------------------------------------------------------------

let newest = null; // the last question, which stays at the top while its answer comes in
let following = false;

function follow() {
  const questions = document.querySelectorAll("#fn-conversation .user-row");
  const last = questions[questions.length - 1] ?? null;
  if (last !== newest) following = last !== null;
  newest = last;
  if (!following) return;
  last.scrollIntoView({ block: "start" });
  following = !last.parentElement.querySelector(".bot-row:last-of-type .fn-foot"); // the foot comes last
}

for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  addEventListener(kind, () => (following = false), { capture: true, passive: true });
}

// Gradio labels a message with its source, which for a screen reader is a wall of HTML; a note should be read out.
function relabel() {
  document.querySelector("#fn-note")?.setAttribute("role", "status");
  for (const message of document.querySelectorAll("[data-testid=bot][aria-label], [data-testid=user][aria-label]")) {
    message.removeAttribute("aria-label");
  }
}

new MutationObserver(() => {
  relabel();
  follow();
}).observe(document.querySelector("gradio-app"), {
  subtree: true,
  childList: true,
  characterData: true,
  attributeFilter: ["aria-label"],
});

document.body.append(reader, card);
show(false);
const opened = sessionStorage.getItem(OPENED);
if (opened) openReader(opened, null);
