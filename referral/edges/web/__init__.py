"""The web edge: pages for people, in plain HTML that needs no script."""
