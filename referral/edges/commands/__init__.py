"""What an operator types: one module for each noun."""
