"""One file for each kind of work: what it takes, what it does, what people see."""
