// The pane beside the chat that shows an article at the quoted words; on a narrow screen it slides over the chat.

import { sameSource } from "./footnotes.js";

const root = document.documentElement;
const NARROW = matchMedia("(max-width: 800px)");
const OPENED = "footnote-opened"; // where the open article is kept, so that a reload shows it again

let opener = null; // the link that focus goes back to

const pane = element("aside", { id: "fn-reader", ariaLabel: "Article" });
const title = element("p", { className: "fn-reader-title" });
const tab = element("a", { className: "fn-tab", target: "_blank", rel: "noopener", textContent: "Open in a tab" });
const close = element("button", { type: "button", ariaLabel: "Close the article", textContent: "Close" });
const frame = element("iframe", { name: "fn-reader", title: "Article" });

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

export function addPane() {
  const bar = element("div", { className: "fn-reader-bar" });
  bar.append(title, tab, close);
  // No scripts in there; links may only leave for a tab of their own.
  frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  pane.append(bar, frame);
  document.body.append(pane);
  close.addEventListener("click", closePane);
  frame.addEventListener("load", describe);
  addEventListener("popstate", closePane);
  show(false);
  const opened = sessionStorage.getItem(OPENED);
  if (opened) openPane(opened, null);
}

export function openPane(address, link) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) return;
  sessionStorage.setItem(OPENED, url.pathname + url.search + url.hash);
  frame.contentWindow.location.replace(url);
  // On a narrow screen, Back closes the article.
  if (NARROW.matches && !history.state?.reading) history.pushState({ reading: true }, "");
  show(true);
  opener = link;
  if (NARROW.matches) close.focus();
  for (const other of document.querySelectorAll("gradio-app a[aria-current]")) other.removeAttribute("aria-current");
  for (const same of link ? sameSource(link) : []) same.setAttribute("aria-current", "true");
}

export function closePane() {
  if (pane.inert) return;
  show(false);
  sessionStorage.removeItem(OPENED);
  opener?.focus();
}

export function coversChat() {
  return NARROW.matches && !pane.inert;
}

function show(open) {
  root.classList.toggle("fn-reading", open);
  pane.inert = !open;
}

function describe() {
  const url = new URL(frame.contentWindow.location);
  if (url.origin !== location.origin) return; // nothing in it yet
  tab.href = url;
  frame.title = frame.contentDocument.querySelector("h1")?.textContent ?? "Article";
  title.textContent = frame.title;
  frame.contentDocument.addEventListener("keydown", (event) => event.key === "Escape" && closePane());
}
