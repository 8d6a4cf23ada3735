// What the chat page does beyond Gradio. Text reaches the page through textContent only.

import { addCard, hideCard } from "./card.js";
import { answerText, copy } from "./copy.js";
import { addFilter, describeFilter, showFilter } from "./filter.js";
import { FOOTNOTES } from "./footnotes.js";
import { addGreeting } from "./greeting.js";
import { write } from "./how.js";
import { addKeep, keepUp, leaveConversation } from "./keep.js";
import { addKeys, onKey, showKeys } from "./keys.js";
import { addMode, describeMode, switchMode } from "./mode.js";
import { addPane, describePlace, openPane } from "./pane.js";
import { ask, askOnceFree, edit, emptyBox, focusQuestion, forgetAsked, forgetWaiting, noteAsked, questionOf, setEditing } from "./question.js";
import { addTrouble, showTrouble, signOut } from "./trouble.js";
import { judge } from "./verdict.js";

let newest = null; // the last question, which stays at the top while its answer comes in
let following = false;

function follow() {
  const questions = document.querySelectorAll("#fn-conversation .user-row");
  const last = questions[questions.length - 1] ?? null;
  const comesIn = last?.parentElement.querySelector(".bot-row:last-of-type .fn-pending") ?? null;
  if (comesIn) setEditing(null); // what was edited has been asked
  const words = last?.querySelector("h2")?.innerText ?? "";
  emptyBox(comesIn && words, words);
  if (last !== newest) following = last !== null;
  newest = last;
  if (!following) return;
  last.scrollIntoView({ block: "start" });
  following = !last.parentElement.querySelector(".bot-row:last-of-type .fn-foot"); // the foot comes last
}

// Gradio labels a message with its source, which for a screen reader is a wall of HTML, and the question with its
// button as well; a note should be read out.
function relabel() {
  document.querySelector("#fn-note")?.setAttribute("role", "status");
  label(document.querySelector("#fn-question textarea"), "Your question");
  label(document.querySelector("#fn-conversation [role=log]"), "Conversation");
  for (const message of document.querySelectorAll("[data-testid=bot][aria-label], [data-testid=user][aria-label]")) {
    message.removeAttribute("aria-label");
  }
}

function label(element, name) {
  if (element && element.ariaLabel !== name) element.ariaLabel = name; // once: it is observed
}

const BUTTONS = {
  "#fn-clear": startAnew,
  ".fn-keys": showKeys,
  "button.fn-filter": showFilter,
  "button.fn-mode": switchMode,
  ".fn-unedit": () => setEditing(null),
  ".fn-sign-out": signOut,
  ".fn-copy": (button) => copy(answerText(answerOf(button)), button),
  ".fn-again": (button) => ask(questionOf(answerOf(button))),
  ".fn-next": (button) => ask(button.textContent),
  ".fn-verdict": judge,
  ".fn-tools .fn-edit": (button) => edit(answerOf(button), questionOf(answerOf(button))),
  ".fn-understood .fn-edit": (button) => edit(answerOf(button), button.parentElement.querySelector("q").textContent),
  "#fn-question .submit-button": noteAsked,
};

function answerOf(button) {
  return button.closest(".fn-answer");
}

function startAnew() {
  leaveConversation();
  forgetAsked();
  setEditing(null);
  focusQuestion();
}

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(BUTTONS)) {
    const button = event.target.closest?.(selector);
    if (button) act(button);
  }
  const link = event.target.closest?.(FOOTNOTES);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  hideCard();
  openPane(link.getAttribute("href"), link);
});

document.addEventListener("keydown", askOnceFree, { capture: true }); // before Gradio takes the text
document.addEventListener("input", forgetWaiting);

for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  addEventListener(kind, () => (following = false), { capture: true, passive: true });
}

new MutationObserver(() => {
  relabel();
  follow();
  describePlace();
  describeFilter();
  describeMode();
  write();
  keepUp();
  showTrouble();
}).observe(document.querySelector("gradio-app"), {
  subtree: true,
  childList: true,
  characterData: true,
  attributeFilter: ["aria-label"],
});

addPane(onKey);
addCard();
addKeys();
addFilter();
addMode();
addKeep();
addGreeting();
addTrouble();
