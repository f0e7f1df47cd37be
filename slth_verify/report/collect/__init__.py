"""What a report is made from: everything here runs, prunes, checks or measures."""
