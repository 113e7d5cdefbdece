"""MANY REQUESTS, FEW PLACES: who is proposed to whom, together the best there is, and why.

What `model` holds is plain. Everything beside it counts in arrays, and needs a solver and much memory for a moment.
Nothing asks for a plan yet: whoever does, does not do it in a process that serves.
"""
