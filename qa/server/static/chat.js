// What the chat page does beyond Gradio. Text reaches the page through textContent only.

import { addCard, hideCard } from "./card.js";
import { copyAnswer } from "./copy.js";
import { FOOTNOTES } from "./footnotes.js";
import { addPane, closePane, coversChat, openPane } from "./pane.js";

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

// Gradio labels a message with its source, which for a screen reader is a wall of HTML; a note should be read out.
function relabel() {
  document.querySelector("#fn-note")?.setAttribute("role", "status");
  for (const message of document.querySelectorAll("[data-testid=bot][aria-label], [data-testid=user][aria-label]")) {
    message.removeAttribute("aria-label");
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#fn-clear")) document.querySelector("#fn-question textarea")?.focus();
  const copy = event.target.closest?.(".fn-copy");
  if (copy) copyAnswer(copy);
  const link = event.target.closest?.(FOOTNOTES);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  hideCard();
  openPane(link.getAttribute("href"), link);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !hideCard() && coversChat()) closePane();
});

for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  addEventListener(kind, () => (following = false), { capture: true, passive: true });
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

addPane();
addCard();
