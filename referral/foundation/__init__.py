"""The floor everything stands on: database, outbox, sealing, places, languages, settings. Knows no domain noun."""
