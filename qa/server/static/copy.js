// What is copied: an answer as plain text, its sentences with their numbers and then each number with title and quote.

export async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "This browser does not let the page copy"; // over plain HTTP, from another machine
  }
  setTimeout(() => (button.textContent = label), 2500);
}

export function answerText(answer) {
  const lines = [...answer.querySelectorAll(":scope > p:not([class]), :scope > ul > li")].map((block) => {
    const copied = block.cloneNode(true);
    for (const ref of copied.querySelectorAll("a.fn-ref")) ref.replaceWith(`[${ref.lastChild.textContent}]`);
    return (block.tagName === "LI" ? "- " : "") + copied.textContent.trim();
  });
  const sources = [...answer.querySelectorAll("a.fn-source")].map((source) => {
    const article = source.closest(".fn-article");
    const from = [...article.querySelectorAll("cite, time"), ...source.querySelectorAll(".fn-page")];
    const number = source.querySelector(".fn-number").textContent;
    const title = from.map((part) => part.textContent).join(", ");
    return [Number(number), `[${number}] ${title}: “${source.querySelector("q").textContent}”`];
  });
  sources.sort((one, other) => one[0] - other[0]);
  return [...lines, "", ...sources.map(([, line]) => line)].join("\n");
}
