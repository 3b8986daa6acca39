"""What answers and draws: outside services and built-in ones, behind small protocols."""
