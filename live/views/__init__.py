"""What the running engine knows, kept as it happens and told as answers. Nothing here acts."""
