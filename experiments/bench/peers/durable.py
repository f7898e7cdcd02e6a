"""Keeps the trials of one database of runner in a new one, each in a durable transaction, and prints the seconds for one."""

import sqlite3
import sys
import time

source = sqlite3.connect(sys.argv[1])
tables = source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").fetchall()
trials = source.execute("SELECT * FROM trials").fetchall()
insert = "INSERT INTO trials VALUES (%s)" % ", ".join("?" * len(trials[0]))

target = sqlite3.connect(sys.argv[2], isolation_level=None)  # each statement is a transaction
target.execute("PRAGMA journal_mode = WAL")
target.execute("PRAGMA synchronous = FULL")
for (sql,) in tables:
    target.execute(sql)

began = time.perf_counter()
for trial in trials:
    target.execute(insert, trial)
print((time.perf_counter() - began) / len(trials))
