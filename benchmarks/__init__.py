"""Speed, measured as ratios in one run, because machines are noisy. `make bench` runs them all and prints a table."""
