// The card of a footnote: its quote, title, date and page, while the pointer or the keyboard is on it.

import { sameSource } from "./footnotes.js";

const LEAVE_MS = 140; // long enough to reach the card with the pointer

const card = document.createElement("div");
let footnote = null; // whose card it is
let leaving = 0;

export function addCard() {
  card.id = "fn-card";
  card.role = "tooltip";
  card.hidden = true;
  document.body.append(card);
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("a.fn-ref:focus-visible")) show(event.target);
    else hideCard();
  });
  addEventListener("scroll", keepUp, { capture: true, passive: true });
}

export function hideCard() {
  const shown = !card.hidden;
  card.hidden = true;
  footnote?.removeAttribute("aria-describedby");
  footnote = null;
  return shown;
}

function follow(event) {
  if (event.pointerType === "touch") return; // a tap opens the article itself
  const ref = event.target.closest?.("a.fn-ref");
  if (ref) show(ref);
  else if (card.contains(event.target)) clearTimeout(leaving);
  else if (!card.hidden && !document.activeElement?.matches("a.fn-ref")) {
    clearTimeout(leaving);
    leaving = setTimeout(hideCard, LEAVE_MS);
  }
}

function show(ref) {
  clearTimeout(leaving);
  const source = sameSource(ref).find((link) => link.matches("a.fn-source"));
  if (!source) return; // still coming in
  const article = source.closest(".fn-article");
  card.replaceChildren(
    ...[copyOf("q", source), copyOf("cite", article), copyOf("time", article), copyOf(".fn-page", source)].filter(Boolean),
  );
  hideCard();
  card.hidden = false;
  footnote = ref;
  ref.setAttribute("aria-describedby", card.id);
  place();
}

function copyOf(selector, within) {
  return within.querySelector(selector)?.cloneNode(true);
}

function place() {
  const at = footnote.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - width / 2), innerWidth - width - 8);
  const above = at.top - height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function keepUp(event) {
  if (card.contains(event.target)) return;
  if (footnote?.matches(":hover, :focus-visible")) place();
  else hideCard();
}
