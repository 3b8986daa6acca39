"""What administrators may do, what is kept of it, and what they are told unasked."""
