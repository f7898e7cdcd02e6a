"""What the spec above this directory measures: change it, or add functions and name them there."""


def count_primes(n):
    """How many primes there are up to and including n."""
    found = 0
    for number in range(2, n + 1):
        divisor = 2
        while divisor * divisor <= number and number % divisor:
            divisor += 1
        if divisor * divisor > number:
            found += 1
    return found
