// What goes wrong between the page and the server, in our words. Gradio's own messages are not shown (chat.css).

import { forget } from "./keep.js";

const JOIN = "/gradio_api/queue/join"; // where every question goes
const BUSY = "Too many questions are being asked here; try again in a few seconds.";
const LOST =
  "Footnote does not answer; is it still running? This page goes on by itself as soon as it does, and keeps what you typed.";

const line = Object.assign(document.createElement("p"), { className: "fn-trouble", role: "alert", hidden: true });

export function addTrouble() {
  const plain = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await plain(...asked);
    const url = new URL(asked[0] instanceof Request ? asked[0].url : asked[0], location.origin);
    if (answer.status === 401 && url.origin === location.origin) signIn(); // the session is over
    else if (url.pathname === JOIN) await (answer.ok ? say("") : refused(answer.clone()));
    return answer;
  };
}

// Called again whenever something has been drawn.
export function showTrouble() {
  if (!line.isConnected) document.querySelector("#fn-question")?.before(line);
  const said = document.querySelector("[data-testid=toast-text]")?.textContent ?? "";
  if (said.startsWith("Connection")) say(LOST);
}

export async function signOut() {
  forget();
  await fetch("/logout", { method: "POST" });
  location.assign("/login");
}

function signIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function refused(answer) {
  const isOurs = answer.headers.get("Content-Type")?.startsWith("text/plain");
  const text = isOurs ? (await answer.text()).trim() : BUSY;
  say(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
}

function say(text) {
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
}
