"""Who may see what, as data: fields, the matrix, and the table that people read."""
