from __future__ import annotations

import subprocess

import pytest
from programs import COMMAND, Outcome, at

from aerospike_py.cli import main


@pytest.fixture
def shell(capsys):
    """Runs the program in this process: `shell("get", HOST, …)`."""

    def run(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def start():
    """Starts the program as a process of its own, which is ended with the test."""
    started = []

    def run(*arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        process = subprocess.Popen([*COMMAND, *map(str, arguments)], **options)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def host(hosts):
    return at(hosts[0])
