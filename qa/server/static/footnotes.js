// The links that open an article, and which of them stand for the same words.

export const FOOTNOTES = "a.fn-ref, a.fn-source, a.fn-open";

export function sameSource(link) {
  const links = link.closest(".fn-answer")?.querySelectorAll(FOOTNOTES) ?? [];
  return [...links].filter((other) => other.getAttribute("href") === link.getAttribute("href"));
}

// The sources of an answer by their numbers: each a link with the quote in it.
export function sourcesOf(answer) {
  const sources = [...(answer?.querySelectorAll("a.fn-source") ?? [])];
  return sources.sort((one, other) => numberOf(one) - numberOf(other));
}

export function numberOf(source) {
  return Number(source.querySelector(".fn-number").textContent);
}
