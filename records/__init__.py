"""What ran and what happened: the run manifest."""
