"""The commands of ``teamtop``, one module each. They import what they need when they run, not before."""
