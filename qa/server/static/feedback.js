// What is said of an answer, for the chat's buttons. The server keeps it as an eval case (see docs/conversations.md).

// `verdict` is "up", "down" or "none" (taken back); `right` is { article_id, start, end }, as selectedSpan gives it.
export async function sendFeedback(conversation, answer, verdict, right = null) {
  const response = await fetch("/feedback", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ conversation, answer, verdict, right }),
  });
  if (!response.ok) throw new Error((await response.text()).trim());
}

// The words that are selected in the reader's frame as a span of its article, in characters of the article's text;
// null where nothing is selected.
export function selectedSpan(frame) {
  const article = frame.contentDocument?.querySelector("article");
  const selection = frame.contentWindow?.getSelection();
  if (!article || !selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(article)) return null;
  const before = frame.contentDocument.createRange();
  before.setStart(article, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = article.contains(range.startContainer) ? characters(before, article) : 0;
  before.setEnd(range.endContainer, range.endOffset);
  const end = article.contains(range.endContainer) ? characters(before, article) : characters(whole(article), article);
  return start < end ? { article_id: articleId(frame), start, end } : null;
}

function articleId(frame) {
  const { pathname, searchParams } = new URL(frame.contentWindow.location);
  return decodeURIComponent(pathname.replace(/^\/read\//, "")) || searchParams.get("id");
}

function whole(article) {
  const range = article.ownerDocument.createRange();
  range.selectNodeContents(article);
  return range;
}

// How many characters of the article's text lie in the range: Python counts code points, and the line ends between
// the blocks are the page's own.
function characters(range, article) {
  const walker = article.ownerDocument.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement === article || node.parentElement.tagName === "UL") continue;
    if (!range.intersectsNode(node)) break;
    const isLast = node === range.endContainer;
    count += [...(isLast ? node.data.slice(0, range.endOffset) : node.data)].length;
    if (isLast) break;
  }
  return count;
}
