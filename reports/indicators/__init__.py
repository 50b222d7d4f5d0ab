"""What is told of one indicator, whoever shows it: its words, its figures side by side, its pictures, its files."""
