def prime_factors(n: int) -> list[int]:
    """Return the prime factors of n, smallest first."""
    if n < 1:
        raise ValueError("n must be at least 1")
    factors = []
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1
    if n > 1:
        factors.append(n)
    return factors
