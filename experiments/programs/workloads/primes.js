'use strict';

/** The sum of the primes up to n, by trial division. */
exports.sumPrimes = ({ n }) => {
  let sum = 0;
  for (let i = 2; i <= n; i++) {
    let prime = true;
    for (let d = 2; d * d <= i; d++) if (i % d === 0) { prime = false; break; }
    if (prime) sum += i;
  }
  return sum;
};
