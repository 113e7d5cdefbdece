"""MANY REQUESTS, FEW PLACES: who is proposed to whom, together the best there is, and why.

What `model` and `question` hold is plain. Everything beside them counts in arrays, and needs a solver and much memory
for a moment: whoever asks for a plan does so in a process of its own (`python -m referral.matching.planning`).
"""
