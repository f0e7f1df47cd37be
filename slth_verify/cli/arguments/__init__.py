"""What options and arguments may be: numbers, lists of them, files of targets."""
