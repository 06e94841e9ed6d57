"""What the book's chapter shows. No other room imports this one."""
