"""What goes wrong, in one sentence for people and a whole entry for administrators."""
