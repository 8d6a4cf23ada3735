// The question's box: to put words into it, to ask them as if they had been typed, to edit the last question.

import { tell } from "./how.js";

const PRESS_AGAIN_MS = 400;
const PRESSES = 3;

let sent = ""; // the words in the box as they were asked, until the page shows them
let coming = ""; // the question whose answer is coming in, as the page shows it
let typedAs = ""; // and as it was typed
let draft = ""; // what stood in the box when another question was asked by its button
let waiting; // the timer of a question that is to be asked once it can be

export function focusQuestion() {
  box()?.focus();
}

export function fill(text) {
  const field = box();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true })); // Gradio learns of it
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

export function ask(text) {
  if (!button()) return; // an answer is coming in
  draft = typed();
  setEditing(null);
  fill(text);
  setTimeout(() => button()?.click()); // once Gradio has taken the text
}

// The words that are asked leave the box; those typed behind them meanwhile stay. `shown` is the question whose answer
// is coming in, if one is; `last` the last that is shown. A question that is taken back without an answer is given back.
export function emptyBox(shown, last) {
  if (shown) {
    if (shown !== coming || sent) typedAs = sent || shown;
    coming = shown;
    if (sent && typed().startsWith(sent)) put(typed().slice(sent.length) || draft);
    if (sent) sent = draft = "";
  } else if (coming) {
    if (last !== coming && !typed()) fill(typedAs);
    coming = "";
  }
}

export function forgetAsked() {
  sent = coming = typedAs = draft = "";
}

export function noteAsked() {
  sent = typed();
}

function put(text) {
  const field = box();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// While an answer comes in, and for a moment after its end, Gradio lets Enter pass: what was typed is asked once it can be,
// unless it is changed, or something is said about it.
export function askOnceFree(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== box() || !typed().trim()) return;
  if (button()) noteAsked();
  pressAgain(typed(), button() ? said() : null, PRESSES);
}

// Whoever types again, be it the same words, means the question that stands in the box then.
export function forgetWaiting(event) {
  if (event.target === box()) clearTimeout(waiting);
}

function pressAgain(text, before, left) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (!left || typed() !== text || (before !== null && said() !== before)) return;
    const free = button();
    const now = free ? said() : null; // what is said of the question before this one does not matter
    free?.click();
    pressAgain(text, now, free ? left - 1 : left);
  }, PRESS_AGAIN_MS);
}

function said() {
  return document.querySelector("#fn-note")?.textContent ?? "";
}

// The question that an answer belongs to, as it was typed.
export function questionOf(answer) {
  let row = answer.closest(".bot-row");
  while (row && !row.matches(".user-row")) row = row.previousElementSibling;
  return row?.querySelector(".fn-question h2")?.innerText ?? "";
}

// The last question is asked anew in its own place; an earlier one at the end, for what came after it stays.
export function edit(answer, text) {
  fill(text);
  const answers = document.querySelectorAll(".fn-answer");
  const position = answer === answers[answers.length - 1] ? answer.id.match(/-(\d+)$/)?.[1] : undefined;
  setEditing(position === undefined ? null : Number(position));
}

// `position` is that of the question in its conversation; null where none is being edited.
export function setEditing(position) {
  tell({ replaces: position });
  const sign = document.querySelector(".fn-editing");
  if (sign) sign.hidden = position === null;
}

// What has been typed and not asked.
export function typed() {
  return box()?.value ?? "";
}

function box() {
  return document.querySelector("#fn-question textarea");
}

function button() {
  return document.querySelector("#fn-question .submit-button");
}
