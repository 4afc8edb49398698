"""The host's clock: each request says how far ahead of the machine's it is."""

import time as machine
from contextvars import ContextVar
from datetime import datetime

offset_seconds = ContextVar("offset_seconds", default=0)


class Time:
    """The module `time` with the request's offset."""

    def __getattr__(self, name):
        return getattr(machine, name)

    @staticmethod
    def time():
        return machine.time() + offset_seconds.get()


class DateTime(datetime):
    """`datetime` with the request's offset."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(Time.time(), tz)


def install(cognito):
    cognito.time = Time()
    cognito.datetime = DateTime
