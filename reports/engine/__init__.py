"""The engine of disclosure control: what is hidden, and what somebody with all the tables could still work out."""
