#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reader and writer of the services' keys, which knows nothing of
seatfield: what another service does that works on the same data.

  plain_reader.py [--socket PATH | --port N] [--prefix P] [--event_tag] VERB ...

  read EVENT SECTION                  prints what stands there, as JSON with
                                      sorted keys; exit 1 and {"error": ...} if
                                      a key is not as the specification says
  create EVENT SECTION ROWS SEATS_PER_ROW
  reserve EVENT SECTION BUYER BOOKING PRICE SEAT...
  finalize EVENT SECTION SEAT...      reserved -> sold
  release EVENT SECTION SEAT...       -> available
  price EVENT SECTION PRICE SEAT...   the bare price, of free seats
  field KEY FIELD VALUE               a field that the specification has not
  shorten EVENT SECTION BYTES         a bit string that was never written whole
  drop_counters EVENT SECTION
  wrong_type KEY                      a value of another type under the key
  one_bit_row EVENT SECTION ROW HEX   a row of the service with one bit a seat

Several verbs stand with " , " between them; the first that fails ends them.
SEAT is ROW-NUMBER, both from 1. KEY goes without the prefix. With --event_tag
the event stands in braces. Of a seat in state 3, which the services do not
know, `read` says "?".
"""

import argparse
import json
import sys
import time

import redis

STATES = "ARS?"
META_FIELDS = ("buyer_id", "booking_id", "price", "reserved_at")
COUNTERS = ("available", "reserved", "sold", "total", "updated_at")


class NotAsSpecified(Exception):
    pass


def require(condition, what):
    if not condition:
        raise NotAsSpecified(what)


def decimal(text, what):
    require(text is not None and text.isdigit(), f"{what} is no number: {text}")
    return int(text)


class Service:
    def __init__(self, client, prefix, event_tag):
        self.redis = client
        self.prefix = prefix
        self.event_tag = event_tag

    def event(self, event):
        return "{%s}" % event if self.event_tag else event

    def key(self, name, event, *rest):
        return ":".join([self.prefix + name, self.event(event), *rest])

    def typed(self, key, kind):
        found = self.redis.type(key)
        require(found == kind, f"{key} is a {found}, not a {kind}")
        return key

    def per_row(self, event, section):
        return self.config(event, section)[1]

    def config(self, event, section):
        key = self.typed(self.key("section_config", event, section), "hash")
        fields = self.redis.hgetall(key)
        return (decimal(fields.get("rows"), "rows"),
                decimal(fields.get("seats_per_row"), "seats_per_row"))

    # --- Reading ---

    def bits(self, event, section, seats):
        key = self.typed(self.key("seats_bf", event, section), "string")
        field = self.redis.bitfield(key)
        for index in range(seats):
            field.get("u2", index * 2)
        states = field.execute()
        raw = self.redis.execute_command("GETRANGE", key, 0, -1)
        data = raw.encode("latin-1").ljust((seats + 3) // 4, b"\0")
        from_bytes = [data[i // 4] >> (6 - 2 * (i % 4)) & 3
                      for i in range(seats)]
        require(states == from_bytes, f"{key}: bits and bytes differ")
        return states, data.hex()

    def stats(self, event, section):
        key = self.typed(self.key("section_stats", event, section), "hash")
        fields = self.redis.hgetall(key)
        require(fields.get("section_id") == section, f"{key}: section_id")
        require(fields.get("event_id") == event, f"{key}: event_id")
        return {name: decimal(fields.get(name), f"{key}: {name}")
                for name in COUNTERS}

    def meta(self, event, section, row):
        key = self.key("seat_meta", event, section, str(row))
        if not self.redis.exists(key):
            return {}
        fields = self.redis.hgetall(self.typed(key, "hash"))
        return {number: self.one_meta(key, number, text)
                for number, text in fields.items()}

    def one_meta(self, key, number, text):
        decimal(number, f"{key}: field")
        value = json.loads(text)
        if isinstance(value, int):
            return value
        require(isinstance(value, dict), f"{key} {number}: {text}")
        for field in META_FIELDS:
            require(field in value, f"{key} {number} has no {field}")
        require(type(value["buyer_id"]) is int, f"{key} {number}: buyer_id")
        require(type(value["price"]) is int, f"{key} {number}: price")
        require(len(value["booking_id"]) == 36, f"{key} {number}: booking_id")
        return value

    def sections(self, event):
        key = self.typed(self.key("event_sections", event), "zset")
        return self.redis.zrange(key, 0, -1, withscores=True)

    def read(self, event, section):
        rows, per_row = self.config(event, section)
        states, data = self.bits(event, section, rows * per_row)
        listed = self.sections(event)
        require((section, 0) in listed, f"event_sections has no {section}")
        letters = "".join(STATES[state] for state in states)
        meta = {str(row): self.meta(event, section, row)
                for row in range(1, rows + 1)}
        return {
            "rows": [letters[row * per_row:(row + 1) * per_row]
                     for row in range(rows)],
            "hex": data,
            "stats": self.stats(event, section),
            "meta": {row: seats for row, seats in meta.items() if seats},
            "sections": [name for name, _ in listed],
        }

    # --- Writing ---

    def create(self, event, section, rows, per_row):
        seats = int(rows) * int(per_row)
        batch = self.redis.pipeline(transaction=True)
        batch.zadd(self.key("event_sections", event), {section: 0})
        batch.hset(self.key("section_config", event, section),
                   mapping={"rows": rows, "seats_per_row": per_row})
        batch.hset(self.key("section_stats", event, section), mapping={
            "section_id": section, "event_id": event, "available": seats,
            "reserved": 0, "sold": 0, "total": seats,
            "updated_at": int(time.time())})
        batch.set(self.key("seats_bf", event, section),
                  bytes((seats + 3) // 4))
        batch.execute()

    def change(self, event, section, seats, state, counts, meta):
        per_row = self.per_row(event, section)
        stats = self.key("section_stats", event, section)
        batch = self.redis.pipeline(transaction=True)
        for seat in seats:
            row, number = (int(part) for part in seat.split("-"))
            index = (row - 1) * per_row + number - 1
            batch.execute_command(
                "BITFIELD", self.key("seats_bf", event, section), "SET", "u2",
                index * 2, state)
            meta(batch, self.key("seat_meta", event, section, str(row)),
                 str(number))
        for name, sign in counts.items():
            batch.hincrby(stats, name, sign * len(seats))
        batch.hset(stats, "updated_at", int(time.time()))
        batch.execute()

    def reserve(self, event, section, buyer, booking, price, *seats):
        text = json.dumps(
            {"buyer_id": int(buyer), "booking_id": booking,
             "price": int(price),
             "reserved_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())},
            separators=(",", ":"))
        self.change(event, section, seats, 1, {"available": -1, "reserved": 1},
                    lambda batch, key, number: batch.hset(key, number, text))

    def finalize(self, event, section, *seats):
        self.change(event, section, seats, 2, {"reserved": -1, "sold": 1},
                    lambda batch, key, number: None)

    def release(self, event, section, *seats):
        self.change(event, section, seats, 0, {"reserved": -1, "available": 1},
                    lambda batch, key, number: batch.hdel(key, number))

    def price(self, event, section, price, *seats):
        for seat in seats:
            row, number = seat.split("-")
            self.redis.hset(self.key("seat_meta", event, section, row), number,
                            price)

    def field(self, key, field, value):
        self.redis.hset(self.prefix + key, field, value)

    def shorten(self, event, section, size):
        key = self.key("seats_bf", event, section)
        raw = self.redis.get(key).encode("latin-1")
        self.redis.set(key, raw[:int(size)])

    def drop_counters(self, event, section):
        self.redis.hdel(self.key("section_stats", event, section),
                        "available", "reserved", "sold")

    def wrong_type(self, key):
        kind = self.redis.type(self.prefix + key)
        self.redis.delete(self.prefix + key)
        if kind == "list":
            self.redis.set(self.prefix + key, "x")
        else:
            self.redis.rpush(self.prefix + key, "x")

    def one_bit_row(self, event, section, row, text):
        self.redis.set(self.key("seats", event, section, row),
                       bytes.fromhex(text))


def split(words):
    verbs = [[]]
    for word in words:
        if word == ",":
            verbs.append([])
        else:
            verbs[-1].append(word)
    return verbs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket")
    parser.add_argument("--port", type=int)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--event_tag", action="store_true")
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    where = {"unix_socket_path": options.socket} if options.socket else {
        "host": "127.0.0.1", "port": options.port}
    client = redis.Redis(decode_responses=True, encoding="latin-1", **where)
    service = Service(client, options.prefix, options.event_tag)
    try:
        for verb, *words in split(options.words):
            seen = getattr(service, verb)(*words)
            if seen is not None:
                print(json.dumps(seen, sort_keys=True, separators=(",", ":")))
    except (NotAsSpecified, redis.exceptions.RedisError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
