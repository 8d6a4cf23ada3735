// The keyboard: numbers open footnotes, arrows go through them. The page says so itself, and can be told not to listen.

import { hideCard } from "./card.js";
import { numberOf, sourcesOf } from "./footnotes.js";
import { closePane, isOpen, openAnswer, openPane, step } from "./pane.js";
import { focusQuestion } from "./question.js";

const SECOND_DIGIT_MS = 700; // "1" and then "2" within this time is footnote 12
const OFF = "footnote-keys-off"; // who speaks to a computer, or shares its keyboard, may not want single keys
const KEYS = [
  ["1 … 9", "Open the footnote with this number"],
  ["← →", "The footnote before or after the open one"],
  ["/", "Go to the question"],
  ["Enter", "Ask; Shift and Enter for a new line"],
  ["Esc", "Leave the question, close the card or the article"],
  ["?", "Show this list"],
];

const help = document.createElement("dialog");
let typed = "";
let typedAt = 0;

export function addKeys() {
  help.id = "fn-keys";
  help.ariaLabel = "Keyboard";
  const title = Object.assign(document.createElement("h2"), { textContent: "Keyboard" });
  const list = document.createElement("dl");
  for (const [keys, what] of KEYS) {
    list.append(
      Object.assign(document.createElement("dt"), { textContent: keys }),
      Object.assign(document.createElement("dd"), { textContent: what }),
    );
  }
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !localStorage.getItem(OFF) });
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  label.append(box, " Numbers, arrows, / and ? work outside of text fields");
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close", className: "fn-button" });
  close.addEventListener("click", () => help.close());
  help.append(title, list, label, close);
  help.addEventListener("click", (event) => event.target === help && help.close()); // beside it
  document.body.append(help);
  document.addEventListener("keydown", onKey);
}

export function showKeys() {
  help.showModal();
}

// Also called with the keys that are pressed inside the open article.
export function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape(event);
  if (localStorage.getItem(OFF) || isField(event.target)) return;
  if (/^[0-9]$/.test(event.key)) openNumbered(event.key);
  else if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
  else if (event.key === "/") focusQuestion();
  else if (event.key === "?") showKeys();
  else return;
  event.preventDefault();
}

function escape(event) {
  if (hideCard()) return;
  if (isOpen()) closePane();
  else if (isField(event.target)) event.target.blur();
}

function openNumbered(digit) {
  const now = performance.now();
  typed = now - typedAt < SECOND_DIGIT_MS ? typed + digit : digit;
  typedAt = now;
  const answers = document.querySelectorAll(".fn-answer");
  const sources = sourcesOf(openAnswer() ?? answers[answers.length - 1]);
  const wanted = sources.find((source) => numberOf(source) === Number(typed));
  if (wanted) openPane(wanted.getAttribute("href"), wanted);
}

function isField(element) {
  return element.matches?.("input, textarea, select, [contenteditable]");
}
