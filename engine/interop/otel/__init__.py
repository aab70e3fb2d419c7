"""OpenTelemetry spans of agents, as lines of a team log, and runs of ours as such spans.

``names`` is the one table of what attributes are called, ``spans`` reads OTLP/JSON, ``translate`` says what a
span tells, ``gathering`` finds whose it is, ``reader`` follows a file and ``receiver`` a port; ``export`` and
``sending`` go the other way.
"""
