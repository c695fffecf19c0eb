"""What `compare.py` is made of; `README.md` beside it says how it measures.

In the process that the user started: `cli`, `session`, `processes`, `footprint`, `summary`, `report`. In a process for each client and workload, in the
client's own virtual environment: `driver`, `tasks`, `runs`, `neighbour`, `records` and one module of `clients`, which need nothing but Python and the client.
"""
