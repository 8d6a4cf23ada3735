// What outlives a reload: the conversation, which the address names, and a question that is not answered yet.

import { fill, typed } from "./question.js";

const KEPT = "footnote-question";

let left = ""; // the conversation that "New chat" has left, until its answers are gone
let isOpen = false;
let isKept = true;

export function addKeep() {
  addEventListener("pagehide", () => {
    if (isKept && (isOpen || typed())) sessionStorage.setItem(KEPT, typed() || comingIn());
  });
}

// Called again whenever something has been drawn.
export function keepUp() {
  nameConversation();
  if (isOpen || !document.querySelector(".fn-welcome, .fn-answer")) return;
  isOpen = true;
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept && !typed() && kept !== lastQuestion()) fill(kept);
}

export function leaveConversation() {
  left = conversation();
  if (location.search) history.replaceState(null, "", "/"); // a reload should not bring the old one back
}

// Who signs out leaves no words behind.
export function forget() {
  isKept = false;
}

function nameConversation() {
  const id = conversation();
  if (!id) left = "";
  if (!id || id === left || new URLSearchParams(location.search).get("c") === id) return;
  history.replaceState(history.state, "", `/?c=${id}`);
}

function conversation() {
  const answers = document.querySelectorAll(".fn-answer[id]");
  return answers[answers.length - 1]?.id.replace(/-\d+$/, "") ?? "";
}

function comingIn() {
  return document.querySelector("#fn-conversation .fn-pending") ? lastQuestion() : "";
}

function lastQuestion() {
  const questions = document.querySelectorAll(".fn-question h2");
  return questions[questions.length - 1]?.innerText ?? "";
}
