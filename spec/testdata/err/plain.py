def sum_primes(n):
    return n


class Machine:
    def run(self):
        pass
