// The links that open an article, and which of them stand for the same words.

export const FOOTNOTES = "a.fn-ref, a.fn-source, a.fn-open";

export function sameSource(link) {
  const links = link.closest(".fn-answer")?.querySelectorAll(FOOTNOTES) ?? [];
  return [...links].filter((other) => other.getAttribute("href") === link.getAttribute("href"));
}
