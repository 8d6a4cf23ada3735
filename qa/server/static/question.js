// The question's box: to put words into it, to ask them as if they had been typed, to edit the last question.

import { tell } from "./how.js";

const PRESS_AGAIN_MS = 400;
const PRESSES = 3;

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
  fill(text);
  setTimeout(() => button()?.click()); // once Gradio has taken the text
}

// While an answer comes in, and for a moment after its end, Gradio lets Enter pass: what was typed is asked once it can be,
// unless it is changed, or something is said about it.
export function askOnceFree(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== box() || !typed().trim()) return;
  pressAgain(typed(), said(), asked(), PRESSES);
}

// Whoever types again, be it the same words, means the question that stands in the box then.
export function forgetWaiting(event) {
  if (event.target === box()) clearTimeout(waiting);
}

function pressAgain(text, before, count, left) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (!left || typed() !== text || said() !== before) return;
    if (asked() > count) return fill(""); // it is asked, but on a busy machine Gradio may leave it in the box
    const free = button();
    free?.click();
    pressAgain(text, before, count, free ? left - 1 : left);
  }, PRESS_AGAIN_MS);
}

function asked() {
  return document.querySelectorAll(".fn-question").length;
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
