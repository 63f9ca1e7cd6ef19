"""Whether, when and how to write: facts + policy + now → decisions. Colour: pure. Called by pipeline.

figures        every number and list a shop may set
delay_figures  the numbers of the delay rule
lines          what a line's facts mean at a moment
occasions      what makes a line due, one function each
waiting        the occasion of progress messages, which alone has several marks
hours          windows of the day in the recipient's wall time
languages      which locale a line is written in
zones          in whose clocks a recipient's day is read
rulings        what a rule is asked and what it answers
rules          the ordered table of rules
delay_rule     where a line stands before the law on delays
due            which lines are due for a purpose
decide         due lines → groups → rules → ladder → decisions; the same once more at claim
"""
