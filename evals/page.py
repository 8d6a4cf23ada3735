"""A run as one HTML file: opens offline, asks nobody for anything, runs no script, and escapes all it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from . import metrics, plots
from .compare import said
from .folder import Run
from .measures import BY_NAME, unanswered
from .outcomes import Outcome, lies_on
from .report import Report, number, row
from .show import citations, scores

MOST_FAILURES = 500
MOST_RIGHT = 100
"""Cases in the page; a page of ten thousand opens slowly and is read by nobody."""

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2430;--dim:#667085;--line:#d9dee7;--paper:#fff;--bar:#3f72d9;--good:#18794e;
--bad:#c4320a;--mark:#fff1c2}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--dim:#98a2b3;--line:#333b49;--paper:#14181f;--bar:#6d9bf5;
--good:#4cc38a;--bad:#ff8b66;--mark:#4a3f16}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:68rem;margin:2rem auto;
padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{margin-top:1.5rem;border-collapse:collapse;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}
td,th{padding:.2rem .8rem .2rem 0;text-align:right;overflow-wrap:break-word;
border-bottom:1px solid var(--line);vertical-align:top}
:is(td,th):first-child,td.words,.metrics :is(td,th):last-child{text-align:left}td.words{overflow-wrap:anywhere}
@media(max-width:30rem){td,th{padding-right:.4rem;font-size:.8rem}}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1.5rem}
.plots figure:first-child{grid-row:span 2}figure{margin:0}figcaption{color:var(--dim)}svg{max-width:100%;height:auto}
svg text{fill:var(--ink);font:11px system-ui,sans-serif}.grid{stroke:var(--line)}.bar{fill:var(--bar)}
.interval{stroke:var(--ink);stroke-width:2}.line{fill:none;stroke:var(--bar);stroke-width:2}
details{border-bottom:1px solid var(--line);padding:.3rem 0}summary{cursor:pointer}.right{color:var(--good)}
.wrong{color:var(--bad)}.dim{color:var(--dim)}mark{background:var(--mark);color:inherit}dt{color:var(--dim)}
dd{margin:0 0 .5rem 0}ol{padding-left:1.5rem}
"""


def as_page(run: Run) -> str:
    """The whole file."""
    report = Report.of(run.outcomes)
    name = escape(run.name)
    body = "".join(
        [
            f"<h1>footnote eval: {name}</h1>",
            _counts(run, report),
            '<h2>Metrics</h2><div class="plots">',
            *_plots(report),
            "</div>",
            _metrics(report),
            _tags(report),
            _cases(report),
            _manifest(run),
        ]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>footnote eval: {name}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _counts(run: Run, report: Report) -> str:
    asked = f"{len(report.outcomes)} cases of {run.manifest.get('set', 'a set')}"
    counts = f"{report.errors} errors, {report.abstained} abstentions, {len(report.failures)} not right"
    return f"<p>{escape(asked)}: {counts}. Intervals are 95 %, drawn over {report.drawn_by}.</p>"


def _plots(report: Report) -> Iterator[str]:
    shares = [m for m in report.metrics if m.value is not None and 0 <= m.value <= 1 and not m.name.endswith("_ms")]
    yield _figure(
        plots.bars([m for m in shares if m.name not in ("tokens", "follow_up_loss")]), "Each with its 95 % interval"
    )
    known = [o for o in report.outcomes if o.confidence is not None and o.error is None]
    if known:
        points = metrics.risk_coverage([o.confidence or 0.0 for o in known], [unanswered(o) for o in known])
        yield _figure(plots.curve(points, "coverage", "risk"), "Risk, when only the surest questions are answered")
        bins = metrics.reliability([o.confidence or 0.0 for o in known], [o.answerable for o in known])
        yield _figure(plots.reliability(bins), "Reliability: confidence against how often there is an answer")
    ranks = [o.rank for o in report.outcomes if o.rank is not None]
    if ranks:
        hits = [(float(k), sum(metrics.hit_at(rank, k) for rank in ranks) / len(ranks)) for k in range(11)]
        yield _figure(plots.curve(hits, "k", "hit@k", 10.0), "Evidence among the first k results")
    latencies = [o.latency_ms for o in report.outcomes if o.latency_ms is not None]
    if latencies:
        yield _figure(plots.histogram(latencies, "milliseconds"), "Time an answer takes")


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _metrics(report: Report) -> str:
    rows = [(*row(metric), BY_NAME[metric.name].meaning) for metric in report.metrics if metric.n]
    return _table(("metric", "value", "95 % interval", "n", "is"), rows, "metrics")


def _tags(report: Report) -> str:
    if not report.tags:
        return ""
    rows = [(*row(tag.right, name), str(tag.abstained), str(tag.errors)) for name, tag in report.tags.items()]
    return "<h2>Right, by tag</h2>" + _table(("tag", "value", "95 % interval", "n", "abstained", "errors"), rows)


def _cases(report: Report) -> str:
    failures = report.failures
    right = [outcome for outcome in report.outcomes if outcome.right]
    parts = [f"<h2>Not right: {len(failures)}</h2>", *map(_case, failures[:MOST_FAILURES])]
    parts += [_left_out(len(failures), MOST_FAILURES)]
    parts += [f"<h2>Right: {len(right)}</h2>", *map(_case, right[:MOST_RIGHT]), _left_out(len(right), MOST_RIGHT)]
    return "".join(parts)


def _left_out(count: int, most: int) -> str:
    return f'<p class="dim">{count - most} more are in results.jsonl.</p>' if count > most else ""


def _case(outcome: Outcome) -> str:
    kind = "right" if outcome.right else "wrong"
    summary = f'<b class="{kind}">{escape(outcome.id)}</b> {escape(outcome.question)}'
    summary += f' <span class="dim">{escape(outcome.verdict)}</span>'
    parts = [_term("said before", turn) for turn in outcome.history]
    if outcome.searched and outcome.searched != outcome.question:
        parts.append(_term("searched as", outcome.searched))
    parts.append(_term("expected", "; ".join(outcome.expected) or "an answer that cites the evidence"))
    parts.append(_term("answer", said(outcome)))
    inner = f"<dl>{''.join(parts)}</dl>{_citations(outcome)}{_results(outcome)}{_scores(outcome)}"
    return f"<details><summary>{summary}</summary>{inner}</details>"


def _citations(outcome: Outcome) -> str:
    items = [
        _item(f"{c.article_id} {c.start}-{c.end}", c.quote, marked=lies_on(c, outcome.evidence))
        for c in citations(outcome)
    ]
    return f"<p class='dim'>citations</p><ol>{''.join(items)}</ol>" if items else ""


def _results(outcome: Outcome) -> str:
    items = [
        _item(f"{h.title or h.article_id} {h.start}-{h.end}", h.text, marked=lies_on(h, outcome.evidence))
        for h in outcome.hits
    ]
    return f"<p class='dim'>results; marked ones are evidence</p><ol>{''.join(items)}</ol>" if items else ""


def _item(place: str, text: str, *, marked: bool) -> str:
    shown = f"<mark>{escape(place)}</mark>" if marked else escape(place)
    return f"<li>{shown} <span class='dim'>{escape(text)}</span></li>"


def _scores(outcome: Outcome) -> str:
    rows = "".join(
        f"<tr><td>{escape(s.name)}</td><td>{escape(s.value)}</td><td class='words'>{escape(s.reason)}</td></tr>"
        for s in scores(outcome)
    )
    return f"<table>{rows}</table>"


def _manifest(run: Run) -> str:
    facts = {key: value for key, value in run.manifest.items() if not isinstance(value, dict)}
    settings = run.manifest.get("settings") or {}
    parts = [_term(key, str(value)) for key, value in facts.items()]
    parts.append(_term("settings", ", ".join(f"{name}={number(name, value)}" for name, value in settings.items())))
    return f"<h2>What was run</h2><dl>{''.join(parts)}</dl>"


def _term(name: str, text: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], name: str = "") -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    body = "".join("<tr>" + "".join(f"<td>{_breakable(cell)}</td>" for cell in cells) + "</tr>" for cells in rows)
    return f'<table class="{name}"><tr>{head}</tr>{body}</table>'


def _breakable(cell: str) -> str:
    """A name such as `citation_precision` may be broken on a phone, where a figure is not."""
    return escape(cell).replace("_", "_<wbr>")
