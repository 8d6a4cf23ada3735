// The shelf, beyond its forms: uploads with progress, a list that follows what is indexed, and search while typing.

import { tellOfArticles } from "./greeting.js";
import { relist, searchWhileTyping } from "./listing.js";

const AT_ONCE = 3;
const ASK_MS = 700; // how often the server is asked how far it is
const RELIST_MS = 4000; // how often the list is made anew meanwhile

const add = document.querySelector("#add");
const uploads = document.querySelector("#uploads");
const waiting = []; // files that are still to be sent: { file, name, replaces }
let sending = 0;
let asking = false;
let listed = 0;

// -- sending ------------------------------------------------------------------------------------------------------------

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function send(files, replaces = null) {
  for (const { file, name } of files) {
    const reason = refusal(file, name);
    if (reason) tell(name, reason);
    else waiting.push({ file, name, replaces });
  }
  next();
}

function refusal(file, name) {
  const suffixes = add.dataset.suffixes.split(",");
  if (!suffixes.some((suffix) => name.toLowerCase().endsWith(suffix))) {
    return `is none of the files that are read: ${suffixes.join(", ")}`;
  }
  const limit = Number(add.dataset.limit);
  return file.size > limit ? `is larger than ${Math.floor(limit / 1e6)} MB; split it` : "";
}

function next() {
  while (sending < AT_ONCE && waiting.length) {
    sending += 1;
    upload(waiting.shift());
  }
  showWaiting();
}

function upload({ file, name, replaces }) {
  const line = element("div", { className: "fn-meta", textContent: "Sending" });
  const row = element("li", {}, element("div", {}, name, line));
  uploads.prepend(row);
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ name, ...(replaces === null ? {} : { replaces }) });
  request.open("POST", `/articles/files?${query}`);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) line.textContent = `Sending, ${Math.round((100 * event.loaded) / event.total)} %`;
  });
  request.addEventListener("loadend", () => {
    sending -= 1;
    row.remove();
    if (request.status !== 202) tell(name, request.responseText || "could not be sent; is Footnote still running?");
    follow();
    next();
  });
  request.send(file);
}

function showWaiting() {
  let row = uploads.querySelector(".more");
  if (!waiting.length) row?.remove();
  else {
    row ??= element("li", { className: "more fn-meta" });
    row.textContent = `and ${waiting.length.toLocaleString("en")} more to send`;
    uploads.append(row);
  }
}

function tell(name, reason) {
  const line = element("div", { className: "fn-meta", role: "alert", textContent: `Not added: ${reason}` });
  const close = element("button", { type: "button", className: "fn-button quiet", textContent: "Dismiss" });
  const row = element("li", { className: "failed" }, element("div", {}, name, line), close);
  close.addEventListener("click", () => row.remove());
  uploads.prepend(row);
}

// -- what is dropped and chosen -------------------------------------------------------------------------------------------

function chosen(files) {
  return [...files]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => isWanted(name));
}

// Of a folder only what can be read is taken, as `footnote add` does; a file by itself is told of.
function isWanted(name) {
  if (!name.includes("/")) return true;
  const isHidden = name.split("/").some((part) => part.startsWith("."));
  return !isHidden && add.dataset.suffixes.split(",").some((suffix) => name.toLowerCase().endsWith(suffix));
}

async function filesIn(entry, path = "") {
  const name = path + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return isWanted(name) ? [{ file, name }] : [];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!entries.length) return found;
    for (const one of entries) found.push(...(await filesIn(one, `${name}/`)));
  }
}

async function take(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean); // gone after an await
  if (!entries.length) return send(chosen(transfer.files));
  for (const entry of entries) {
    try {
      const files = await filesIn(entry);
      if (files.length) send(files);
      else tell(entry.name, "holds no file that can be read");
    } catch {
      tell(entry.name, "cannot be read");
    }
  }
}

function picker(properties, onFiles) {
  const input = element("input", { type: "file", ...properties });
  input.addEventListener("change", () => onFiles(input.files));
  input.click();
}

function setUp() {
  const drop = document.querySelector("#drop");
  const accept = add.dataset.suffixes;
  drop.hidden = false;
  document.querySelector("#choose-files").addEventListener("click", () => {
    picker({ multiple: true, accept }, (files) => send(chosen(files)));
  });
  document.querySelector("#choose-folder").addEventListener("click", () => {
    picker({ webkitdirectory: true }, (files) => {
      const found = chosen(files);
      if (found.length) send(found);
      else tell("This folder", "holds no file that can be read");
    });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.replace");
    if (button) picker({ accept }, (files) => send(chosen(files), button.dataset.id));
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer);
  });
  addEventListener("beforeunload", (event) => (sending || waiting.length) && event.preventDefault());
}

// -- following what is indexed --------------------------------------------------------------------------------------------

async function follow() {
  if (asking) return;
  asking = true;
  let left = 1;
  while (left || sending || waiting.length) {
    try {
      const answer = await fetch("/articles/intake");
      const intake = document.querySelector("#intake");
      put(intake, await answer.text());
      left = Number(intake.firstElementChild.dataset.left);
    } catch {
      left = 1; // the server will be back
    }
    if (Date.now() - listed > RELIST_MS || !left) {
      listed = Date.now();
      await relist();
      offer();
      tellOfArticles();
    }
    if (left || sending || waiting.length) await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  asking = false;
}

// Markup of our own server's, in which every text is escaped; what has not changed keeps its focus.
function put(place, markup) {
  const open = place.querySelector("details")?.open;
  const page = new DOMParser().parseFromString(markup, "text/html");
  if (open) page.querySelector("details")?.setAttribute("open", "");
  const isDone = !Number(page.body.firstElementChild.dataset.left);
  if (isDone || !place.contains(document.activeElement)) place.replaceChildren(...page.body.childNodes);
  else place.firstElementChild.dataset.left = page.body.firstElementChild.dataset.left;
}

function offer() {
  for (const button of document.querySelectorAll("button.replace")) button.hidden = false;
}

searchWhileTyping(offer);
tellOfArticles(); // something may just have been deleted, or brought back
if (add) setUp();
offer();
if (Number(document.querySelector("#intake").firstElementChild?.dataset.left)) follow();
