"""History through the desk."""
