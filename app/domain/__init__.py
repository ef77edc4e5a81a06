"""What the product talks about, as frozen data: no input, no output, no library of the outside."""
