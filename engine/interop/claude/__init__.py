"""Teams of Claude Code: their ``teams/``, ``tasks/`` and ``projects/`` folders, as lines of a team log.

Their maker does not document these forms. They are read as public descriptions have them (versions 2.0 and
2.1), so everything is optional, and what is not as expected is left out and counted.

``home`` finds the files of a team, ``session`` reads a transcript, ``reader`` joins all of them in time.
"""
