"""`python -m benchmarks`: everything that is measured."""

from benchmarks import end_to_end, explain, plan_scale, simulate

if __name__ == "__main__":
    end_to_end.run()
    plan_scale.run()
    simulate.run()
    explain.run()
