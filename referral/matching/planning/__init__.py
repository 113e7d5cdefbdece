"""MANY REQUESTS, FEW PLACES: who is proposed to whom, together the best there is, and why.

What `model` holds is plain, and the server reads it. Everything beside it counts in arrays, needs a solver and much
memory for a moment, and so runs in a process of its own (`child`).
"""
