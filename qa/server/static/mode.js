// Whether a language model writes the answers, where there is one. Kept for this tab.

import { tell } from "./how.js";

const KEPT = "footnote-quotes-only";
const QUOTES = "Quoted word for word";

let written = ""; // the button's own words, which name the model

export function addMode() {
  tell({ quotes_only: isQuotes() });
}

export function switchMode() {
  sessionStorage.setItem(KEPT, isQuotes() ? "" : "1");
  tell({ quotes_only: isQuotes() });
  describeMode();
}

// Said again once the page is drawn.
export function describeMode() {
  const button = document.querySelector("button.fn-mode");
  if (!button) return;
  if (button.textContent !== QUOTES) written = button.textContent;
  const text = isQuotes() ? QUOTES : written;
  if (button.textContent !== text) button.textContent = text;
  button.title = "Switch between answers that a language model writes and the articles' own sentences";
}

function isQuotes() {
  return sessionStorage.getItem(KEPT) === "1";
}
