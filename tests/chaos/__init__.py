"""What happens to messages while workers are killed, servers misbehave and databases go away.

book     a mail server that writes down every mail it took, and misbehaves as it is told
life     one worker's life in a process of its own, forked from a warm parent, with a named moment to die at
mutants  two wrong orders of work, which the harness must catch
rage     many lives, each cut short; then what the servers took against what the database says
"""
