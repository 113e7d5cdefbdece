"""WHAT A WAY OF MATCHING DOES: the same invented network for each, from seeds, counted in full.

No database, no clock, no network. Rules, points, urgency, plan and reserves are the product's own; people, offices and
how they behave are invented, and every figure says so.
"""
