"""STAFF WORK: who works here, what waits, who takes it."""
