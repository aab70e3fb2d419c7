"""Suites made from people's own projects: one task per test file that fails.

``project`` finds sources and tests, ``links`` which files a test is about and what builds on what, ``trial``
runs the tests in the sandbox, ``making`` writes the suite's folder.
"""
