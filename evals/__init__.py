"""Question sets: ask every question of a set, measure the answers, and hold them to a minimum.

Reading order: cases (what is asked, and what a right answer rests on) -> spans (whether two spans meet) -> metrics
(formulas, values in and values out) -> outcomes (one case, judged) -> measures and report (all cases, summed up) -> run
(ask them) -> folder (what a run leaves on disk) -> cli (the door; it also holds the door of the whole program).
"""
