"""The simulated model: replies calibrated on the paper's recorded runs."""
