"""Question sets: ask every question of a set, measure the answers, and say what changed and how sure that is.

Reading order: cases and datasets (what is asked, and what a right answer rests on) -> spans, replies (what a system
gave) -> metrics (formulas, values in and values out) and resample (how sure a figure is) -> outcomes (one case, judged)
-> measures and report (all cases, summed up) -> run (asks a system: our library, answers, endpoint) -> subject,
libraries and settings (what is measured) -> folder (what a run leaves on disk) -> execute (one set from start to end)
-> compare, gate, show, page and plots (what is made of runs) -> tune and trials (settings tried) -> judge (a model's
opinion) -> suggest, phrase and review (sets of one's own) -> support (claims) -> commands, with cli_asking, cli_runs
and cli_sets, and cli (the doors; cli also holds the door of the whole program).
"""
