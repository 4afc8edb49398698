"""Cognito's state in SQLite: one row a pool, a user, a revoked token. Written through, so kill -9 loses no answer."""

import hashlib
import json
import sqlite3
import threading
from contextvars import ContextVar

touched = ContextVar("touched", default=None)

SCHEMA = """
create table if not exists pool (account text, region text, id text, record text, primary key (account, region, id));
create table if not exists user (pool text, name text, record text, primary key (pool, name)) without rowid;
create table if not exists revoked (token text primary key) without rowid;
"""


class Users(dict):
    """A pool's users. Remembers whom the current request looked at: only they can have changed."""

    def __init__(self, pool, users=()):
        super().__init__(users)
        self.pool = pool

    def touch(self, name):
        names = touched.get()
        if names is not None:
            names.add((self.pool, name))

    def __getitem__(self, name):
        self.touch(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.touch(name)
        return super().get(name, default)

    def __setitem__(self, name, user):
        self.touch(name)
        super().__setitem__(name, user)

    def __delitem__(self, name):
        self.touch(name)
        super().__delitem__(name)

    # Handlers run in threads; a registration must not break a neighbour's walk.
    def values(self):
        return list(super().values())

    def items(self):
        return list(super().items())


class Revoked(set):
    """Revoked tokens, and those of them that are not stored yet."""

    def __init__(self, tokens=()):
        super().__init__(tokens)
        self.new = []

    def add(self, token):
        self.update((token,))

    def update(self, tokens):
        tokens = list(tokens)
        super().update(tokens)
        self.new.extend(tokens)


class Store:
    """Restores ministack's Cognito from a file and writes what requests change back to it."""

    def __init__(self, cognito, file):
        self.cognito = cognito
        self.lock = threading.RLock()
        self.stored_pools = {}
        self.stored_users = {}
        self.database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        # Write-ahead logging survives the end of the process at any point; only a power cut may take the last writes.
        self.database.execute("pragma journal_mode = wal")
        self.database.execute("pragma synchronous = normal")
        self.database.executescript(SCHEMA)
        self.restore()

    def restore(self):
        users = {}
        for pool, name, record in self.database.execute("select pool, name, record from user"):
            users.setdefault(pool, {})[name] = json.loads(record)
            self.stored_users[pool, name] = digest(record)
        for *key, record in self.database.execute("select account, region, id, record from pool"):
            pool = {**json.loads(record), "_users": Users(key[2], users.get(key[2], {}))}
            self.cognito._user_pools._data[tuple(key)] = pool
            self.stored_pools[tuple(key)] = record
        self.cognito._revoked_tokens = Revoked(token for (token,) in self.database.execute("select token from revoked"))

    def save(self):
        """Stores what the current request changed, in one transaction. Raises when that is not possible."""
        with self.lock:
            pools, gone = self.changed_pools()
            users = self.changed_users(touched.get() or ())
            revoked = self.cognito._revoked_tokens.new
            if not (pools or gone or users or revoked):
                return
            with self.database:
                self.database.execute("begin immediate")
                self.database.executemany("replace into pool values (?, ?, ?, ?)", [(*key, record) for key, record in pools])
                for key in gone:
                    self.database.execute("delete from pool where account = ? and region = ? and id = ?", key)
                    self.database.execute("delete from user where pool = ?", key[2:])
                for (pool, name), record in users:
                    if record is None:
                        self.database.execute("delete from user where pool = ? and name = ?", (pool, name))
                    else:
                        self.database.execute("replace into user values (?, ?, ?)", (pool, name, record))
                self.database.executemany("insert or ignore into revoked values (?)", [(token,) for token in revoked])
            self.stored_pools.update(pools)
            for key in gone:
                del self.stored_pools[key]
            self.stored_users.update((key, record and digest(record)) for key, record in users)
            revoked.clear()

    def changed_pools(self):
        pools = self.cognito._user_pools._data
        changed = []
        for key, pool in list(pools.items()):
            if not isinstance(pool["_users"], Users):
                pool["_users"] = Users(key[2], pool["_users"])
            record = json.dumps({name: value for name, value in pool.items() if name != "_users"})
            if self.stored_pools.get(key) != record:
                changed.append((key, record))
        return changed, [key for key in self.stored_pools if key not in pools]

    def changed_users(self, keys):
        pools = {key[2]: pool for key, pool in list(self.cognito._user_pools._data.items())}
        changed = []
        for pool, name in keys:
            user = dict.get(pools[pool]["_users"], name) if pool in pools else None
            record = None if user is None else json.dumps(user)
            if self.stored_users.get((pool, name)) != (record and digest(record)):
                changed.append(((pool, name), record))
        return changed


def digest(record):
    return hashlib.blake2b(record.encode(), digest_size=16).digest()
