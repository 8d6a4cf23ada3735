// A list that is made anew in place: while one types into its search, or when something has been added.

const PAUSE_MS = 250; // in typing, before a search

let asked = 0; // searches: the answer of an older one may come after a newer one's

export async function relist(address = location.href) {
  const own = ++asked;
  try {
    const answer = await fetch(address);
    const text = await answer.text();
    if (own !== asked) return;
    const page = new DOMParser().parseFromString(text, "text/html"); // ours: every text is escaped
    for (const id of ["count", "list"]) swap(document.getElementById(id), page.getElementById(id));
  } catch {
    // the server is away: what is there stays
  }
}

// What is being typed into is left alone; a button that has the focus keeps it.
function swap(place, made) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  if (focused?.matches("input")) return;
  const label = focused?.getAttribute("aria-label");
  place.replaceChildren(...made.childNodes);
  if (label) place.querySelector(`[aria-label="${CSS.escape(label)}"]`)?.focus();
}

export function searchWhileTyping(onListed = () => {}) {
  const find = document.querySelector("#find");
  let pause = 0;
  const search = async () => {
    clearTimeout(pause);
    const address = new URL(find.action);
    for (const [name, value] of new FormData(find)) if (value) address.searchParams.set(name, value);
    history.replaceState(null, "", address);
    await relist(address);
    onListed();
  };
  find.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, PAUSE_MS);
  });
  find.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
}

document.documentElement.classList.add("scripted");
