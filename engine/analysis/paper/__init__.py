"""The paper's results recomputed from recorded runs: Table 1, the statistics of section 4, Figures 2-6.

"The paper" is E. Mieczkowski, K. Collins, I. Sucholutsky, N. Vélez, T. Griffiths, Language Model Teams as
Distributed Systems, arXiv 2603.12229 (2026). Everything is computed from the runs that are given; what was
published stands beside it as data (``published.toml``, ``table1.csv``).
"""
