"""What a reader stands by, in sentences and a table: never a word that was not accepted."""
