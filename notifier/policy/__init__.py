"""Whether, when and how to write: facts + policy + now → decisions. Colour: pure. Called by pipeline (plan, deliver, explain).

figures    every number and list a shop may set
lines      what a line's facts mean at a moment
occasions  what makes a line due, one function each
waiting    the occasion of progress messages, which alone has several marks
hours      windows of the day in the recipient's wall time
languages  which locale a line is written in
rules      the ordered table of rules
decide     occasions → groups → ladder → rules → decisions
confirm    the same judgement once more at claim
"""
