// An answer as plain text: its sentences with their numbers, then each number with title, date and quote.

export async function copyAnswer(button) {
  try {
    await navigator.clipboard.writeText(asText(button.closest(".fn-answer")));
    button.textContent = "Copied";
  } catch {
    button.textContent = "This browser does not let the page copy"; // over plain HTTP, from another machine
  }
}

function asText(answer) {
  const lines = [...answer.querySelectorAll(":scope > p:not(.fn-foot), :scope > ul > li")].map((block) => {
    const copy = block.cloneNode(true);
    for (const ref of copy.querySelectorAll("a.fn-ref")) ref.replaceWith(`[${ref.lastChild.textContent}]`);
    return (block.tagName === "LI" ? "- " : "") + copy.textContent.trim();
  });
  const sources = [...answer.querySelectorAll("a.fn-source")].map((source) => {
    const article = source.closest(".fn-article");
    const from = ["cite", "time"].map((tag) => article.querySelector(tag)?.textContent).filter(Boolean);
    const number = source.querySelector(".fn-number").textContent;
    return [Number(number), `[${number}] ${from.join(", ")}: “${source.querySelector("q").textContent}”`];
  });
  sources.sort((one, other) => one[0] - other[0]);
  return [...lines, "", ...sources.map(([, line]) => line)].join("\n");
}
