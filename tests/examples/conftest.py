"""The homelab of examples/, made once a test process by its own script."""
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import process
from support.machine import Machine
from support.places import ROOT

HOMELAB = ROOT / "examples" / "homelab"


@dataclass
class Homelab:
    directory: Path
    program: Path
    env: dict

    @property
    def store(self):
        return self.directory / "store"

    def alice(self, *args, **options):
        """bestow as the operator whose SSH key opens everything."""
        return process.run([self.program, *args], cwd=self.store, env={**self.env, "HOME": str(self.directory / "home")},
                           **options)

    def value(self, name, host=None):
        return self.alice("get", name, *(["--host", host] if host else [])).stdout

    def machine(self, name):
        holder = [HOMELAB / "on-machine", self.directory, name, "sh", "-c", "echo ready; exec cat"]
        return Machine(self.program, self.env, [str(word) for word in holder])


@pytest.fixture(scope="session")
def homelab(program, tmp_path_factory):
    directory = tmp_path_factory.mktemp("homelab")
    env = {name: value for name, value in process.clean_environment(directory / "home").items()
           if not name.startswith("XDG_")}
    process.run([HOMELAB / "make", directory], env={**env, "BESTOW": str(program)}, timeout=300)
    return Homelab(directory, program, env)
