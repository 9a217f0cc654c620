"""How bars are read: files and frames, column names, numbers as text, times and their zones."""
