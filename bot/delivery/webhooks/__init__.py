"""How a job's news reaches programs: signed, and repeated until it is heard."""
