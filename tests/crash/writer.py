"""A process that writes a library until it is killed, again and again.

It loads what is slow once and forks for each life, so that three hundred lives take minutes. Each life adds, changes
and removes articles, and notes in a file what it is about to do ("begin") and what the library has said is done
("done"): the done must be there whatever comes next. Requests come as JSON lines: library, notes, seed, first (the
number of the first new article), and point, where to kill itself, or none to wait for it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import Article, Library, catalog, mirror, originals, reencode
from index import library as door
from index.articles import Original
from index.catalog import Catalog
from index.encoder import Encoder
from index.mirror import Mirror
from index.originals import Originals
from index.vectors import VectorIndex

# Where a life can be made to end: the owner of a function, its name, and whether before or after it runs.
POINTS: dict[str, tuple[Any, str, str]] = {
    "before an article is put": (Catalog, "put", "before"),
    "inside an article's transaction": (Catalog, "_insert_passages", "after"),
    "after an article is put": (Catalog, "put", "after"),
    "before an original is renamed": (Path, "rename", "before"),
    "after an original is kept": (Originals, "keep", "after"),
    "before unneeded originals go": (Originals, "remove", "before"),
    "after articles are deleted": (Catalog, "_delete", "after"),
    "before Chroma's folder is written": (Mirror, "_mend", "before"),
    "before rows go to Chroma": (VectorIndex, "upsert", "before"),
    "after rows went to Chroma": (VectorIndex, "upsert", "after"),
    "after rows left Chroma": (VectorIndex, "delete", "after"),
    "before Chroma's files are noted": (mirror, "fingerprint", "before"),
    "after Chroma has followed": (Mirror, "follow", "after"),
    "before Chroma is made anew": (Mirror, "_rebuild", "before"),
    "before an old Chroma goes": (mirror, "remove_folder", "before"),
    "after an old Chroma went": (mirror, "remove_folder", "after"),
    "while a new model encodes": (Catalog, "keep_next_vectors", "after"),
    "before a new model is adopted": (Catalog, "adopt_next_vectors", "before"),
    "after a new model is adopted": (Catalog, "adopt_next_vectors", "after"),
}
RARE = [point for point in POINTS if "model" in point or "made anew" in point or "old Chroma" in point]
"""Met only when the model changes, or Chroma is made anew: once in a life."""
MOST = 500
"""Changes in one life."""
_MODULES = (catalog, door, originals, reencode)  # named, so that they are loaded before the forks


class Renamed(Encoder):
    """The same encoder under another name: a change of the model."""

    name = "another model"


def text_of(number: int, version: int) -> str:
    """An article of several passages, all about its own number."""
    return "\n\n".join(f"Part {part} of article {number}x in version {version}. " * 30 for part in range(3))


def article(number: int, version: int) -> Article:
    file = Original(f"{number}.html", f"<p>{number} {version}".encode())
    return Article(f"a{number}", f"About {number}x", text_of(number, version), f"{number}.html", original=file)


def live(request: dict[str, Any]) -> None:
    """Write until killed."""
    notes = os.open(request["notes"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    chance = random.Random(request["seed"])
    point = request.get("point")
    if point:
        kill_at(*POINTS[point], hits=1 if point in RARE else chance.randint(1, 4))
    folder = Path(request["library"])
    current = Catalog(folder, create=True).model
    changes_model = "model" in (point or "")
    model = Renamed() if changes_model == (current == Encoder.name) else Encoder()
    present: dict[int, int] = {int(n): v for n, v in request["present"].items()}
    number = request["first"]
    with Library(Path(request["library"]), create=True, encoder=model) as library:
        if (point and "old Chroma" in point) or point == "before Chroma is made anew":
            library._mirror.rebuild()
        while True:
            what = chance.choices(["add", "change", "remove"], [6, 2, 1])[0] if present else "add"
            if what == "add":
                number += 1
                version = 0
            else:
                changed = chance.choice(sorted(present))
                version = present[changed] + 1
            target = number if what == "add" else changed
            line = f"{'remove' if what == 'remove' else 'put'} {target} {version}\n"
            os.write(notes, f"begin {line}".encode())
            if what == "remove":
                library.remove([f"a{target}"])
                del present[target]
            else:
                library.add([article(target, version)])
                present[target] = version
            os.write(notes, f"done {line}".encode())
    os._exit(1)  # the point was never met


def kill_at(owner: Any, name: str, when: str, hits: int) -> None:
    """Make the process kill itself at the given call of a function."""
    function: Callable[..., Any] = getattr(owner, name)
    static = isinstance(vars(owner).get(name), staticmethod)
    left = hits

    def wrapped(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **options)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, staticmethod(wrapped) if static else wrapped)


def main() -> None:
    """Fork a life a request: print its pid, and how it ended."""
    import chromadb  # noqa: F401 - loaded before the forks, opened after them

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
