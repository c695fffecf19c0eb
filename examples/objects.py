"""Records as objects. Needs nothing but `pip install aerospike-py`: the server is the embedded one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Annotated

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.objects import Bin


@dataclass
class Visit:
    """A record, whose fields are bins."""

    page: str
    at: datetime
    referring_page: Annotated[str | None, Bin("referrer")] = None


def main() -> None:
    """Write an object, read it, read many."""
    with DevServer() as server, aerospike_py.client({"hosts": server.hosts}) as client:
        key = ("test", "visits", 1)
        client.put(key, Visit("/", datetime(2024, 2, 29, tzinfo=timezone.utc)))
        print(client.get(key).bins)

        visit: Visit = client.get(key, into=Visit).bins
        print(visit.page, visit.at.year, visit.referring_page)

        pages: list[str] = [visit.page for visit in client.batch_read([key], into=Visit).values()]
        pages += [record.bins.page for record in client.query("test", "visits").records(into=Visit)]
        print(pages)


if __name__ == "__main__":
    main()
