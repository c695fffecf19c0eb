"""What `compare.py` is made of; `README.md` beside it says how it measures.

`cli`, `session`, `processes`, `footprint`, `summary` and `report` run in the process that the user started. `driver` runs once per client and workload,
in the client's own virtual environment, with `records`, `runs`, `neighbour` and one module of `clients`: these need nothing but Python and the client.
"""
