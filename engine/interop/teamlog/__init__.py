"""Team logs: lines that any program can write about its team, and what becomes of them here.

``lines`` has the schema, ``assembler`` makes events of the lines, ``source`` reads them as they come,
``saving`` makes a saved run of them. Importers of other forms translate them into these lines first, so that
what a foreign run lacks is decided in one place.
"""
