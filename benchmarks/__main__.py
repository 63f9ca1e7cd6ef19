"""`python -m benchmarks`: everything that is measured."""

from benchmarks import end_to_end

if __name__ == "__main__":
    end_to_end.run()
