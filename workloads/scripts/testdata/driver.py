"""Calls twins for the tests: reads a JSON list of {name, args}, writes a JSON list of what came of each."""
import json
import sys


def outcome(name, args):
    try:
        return {"result": getattr(__import__(name), name)(**args)}
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}


json.dump([outcome(call["name"], call["args"]) for call in json.load(sys.stdin)], sys.stdout)
