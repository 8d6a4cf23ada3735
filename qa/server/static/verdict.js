// What is said of an answer: good, wrong, and which words would have been right. The server keeps it as an eval case.

import { sendFeedback, selectedSpan } from "./feedback.js";

export async function judge(button) {
  const [conversation, answer] = place(button);
  const verdict = button.classList.contains("fn-up") ? "up" : "down";
  const taken = button.getAttribute("aria-pressed") === "true" ? "none" : verdict;
  const tools = button.closest(".fn-tools");
  if (!(await send(tools, () => sendFeedback(conversation, answer, taken)))) return;
  for (const other of tools.querySelectorAll(".fn-verdict")) {
    other.setAttribute("aria-pressed", String(other === button && taken !== "none"));
  }
  if (taken === "down") askForWords(tools, conversation, answer);
  else say(tools, taken === "up" ? "Kept as an example of a good answer." : "Taken back.");
}

function askForWords(tools, conversation, answer) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "These are the right words" });
  button.addEventListener("click", async () => {
    const right = selectedSpan(document.querySelector("#fn-reader iframe"));
    if (!right) say(tools, "Select the right words in an article first, then press ", button);
    else if (await send(tools, () => sendFeedback(conversation, answer, "down", right))) say(tools, "Kept, with the right words.");
  });
  say(tools, "Kept as a case to get right. If an article has the right words, open it, select them, and press ", button);
}

async function send(tools, sending) {
  try {
    await sending();
    return true;
  } catch (error) {
    say(tools, `This could not be kept: ${error.message}`);
    return false;
  }
}

function say(tools, ...parts) {
  let line = tools.nextElementSibling;
  if (!line?.matches(".fn-said")) {
    line = Object.assign(document.createElement("p"), { className: "fn-said", role: "status" });
    tools.after(line);
  }
  line.replaceChildren(...parts);
}

function place(button) {
  const [, conversation, position] = button.closest(".fn-answer").id.match(/^(.+)-(\d+)$/);
  return [conversation, Number(position)];
}
