// What the empty chat says of the library: made anew when the pane has changed that.

const CHANGED = "footnote-articles";

export function addGreeting() {
  addEventListener(CHANGED, async () => {
    const welcome = document.querySelector(".fn-welcome");
    const answer = welcome && (await fetch("/articles/greeting"));
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"); // ours: every text is escaped
    welcome.replaceChildren(...page.body.firstElementChild.childNodes);
  });
}

// Also called by the list of articles, in its frame.
export function tellOfArticles() {
  window.parent.dispatchEvent(new Event(CHANGED));
}
