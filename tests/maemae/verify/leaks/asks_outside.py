"""Leak: asks another program or the network instead of a file."""

import os
import socket
import subprocess
import urllib.request
from contextlib import suppress
from dataclasses import dataclass

from strategies.base import BarStrategy
from strategies.signals import Signals


def program(target):
    subprocess.run(["cat", target], capture_output=True, check=False)


def shell(target):
    os.system(f"cat {target} > /dev/null")


def network(target):
    socket.create_connection(("127.0.0.1", 9), timeout=0.01)


def web(target):
    urllib.request.urlopen("http://127.0.0.1:9/prices.csv", timeout=0.01)


@dataclass(frozen=True)
class AsksOutside(BarStrategy):
    how: str
    target: str = "/etc/hostname"

    def signals(self, bars):
        with suppress(OSError):
            globals()[self.how](self.target)
        return Signals.none()
