// The question's box: to put words into it, and to ask them as if they had been typed.

export function focusQuestion() {
  box()?.focus();
}

export function edit(text) {
  const field = box();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true })); // Gradio learns of it
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

export function ask(text) {
  if (!button()) return; // an answer is coming in
  edit(text);
  setTimeout(() => button()?.click()); // once Gradio has taken the text
}

// The question that an answer belongs to, as it was typed.
export function questionOf(answer) {
  const row = answer.closest(".bot-row");
  let before = row?.previousElementSibling;
  while (before && !before.matches(".user-row")) before = before.previousElementSibling;
  return before?.querySelector(".fn-question h2")?.innerText ?? "";
}

function box() {
  return document.querySelector("#fn-question textarea");
}

function button() {
  return document.querySelector("#fn-question .submit-button");
}
