// The conversations, beyond their forms: search while typing, and times as the reader's clock shows them.

import { searchWhileTyping } from "./listing.js";

const SHOWN = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.textContent = SHOWN.format(new Date(time.dateTime));
  }
}

searchWhileTyping(localTimes);
localTimes();
