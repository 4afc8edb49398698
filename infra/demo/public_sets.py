#!/usr/bin/env python3
"""Makes files for `cargo local import` of two public catalogues of PC parts, and prints the commands.

    python3 infra/demo/public_sets.py OPENDB PC_PART OUT > import.sh && sh import.sh

OPENDB holds `CPU.jsonl` and its like, gzip or not: BuildCores OpenDB, a part a line. PC_PART holds the CSV files of
pc-part-dataset. Neither knows what a store adds: prices are the dollars of pc-part-dataset by name, else its category's
median, at RATE so'm a dollar; stock is made up; what pc-part-dataset lacks (SKU, brand, the socket of a processor, the
memory of a board) follows from the rest of a row, or from the part in OpenDB whose name is or begins with the same, or stays
empty.
"""

import bisect
import csv
import gzip
import hashlib
import json
import random
import re
import shlex
import statistics
import sys
from pathlib import Path

RATE = 12_600
STOCK_MAX = 30
OPENDB_MAP = "title=metadata.name brand=metadata.manufacturer sku=opendb_id mpn=metadata.part_numbers.0 year=metadata.releaseYear"
PC_PART_MAP = "title=name price=price_som"
# OpenDB's file, pc-part-dataset's file, our category, further mappings of the second.
SETS = [
    ("CPU", "cpu", "cpu", "cores=core_count base_clock=core_clock boost_clock=boost_clock tdp=tdp integrated_graphics=graphics"),
    ("CPUCooler", "cpu-cooler", "cpu-cooler", "sockets=sockets radiator_size=size min_fan_speed=rpm.0 max_fan_speed=rpm.1"),
    ("Motherboard", "motherboard", "motherboard", "memory_type=ram_type memory_max=max_memory memory_slots=memory_slots"),
    ("RAM", "memory", "memory", "memory_type=speed.0 speed=speed.1 modules=modules.0 module_capacity=modules.1"),
    ("GPU", "video-card", "gpu", "core_base_clock=core_clock core_boost_clock=boost_clock"),
    ("PCCase", "case", "case", "form_factor=type volume=external_volume bays_3_5=internal_35_bays"),
    ("PSU", "power-supply", "psu", "form_factor=type efficiency=efficiency modular=modular"),
    ("Storage", "internal-hard-drive", "storage", "type=type"),
]
# Sockets of desktop processors; those of Xeon, EPYC and Opteron do not follow from it.
SOCKETS = {
    "AM5": ["Zen 5", "Zen 4"],
    "AM4": ["Zen 3", "Zen 2", "Zen+", "Zen"],
    "LGA 1851": ["Arrow Lake"],
    "LGA 1700": ["Raptor Lake Refresh", "Raptor Lake", "Alder Lake"],
    "LGA 1200": ["Rocket Lake", "Comet Lake"],
    "LGA 1151": ["Coffee Lake Refresh", "Coffee Lake", "Kaby Lake", "Skylake"],
    "LGA 1150": ["Broadwell", "Haswell Refresh", "Haswell"],
    "LGA 1155": ["Ivy Bridge", "Sandy Bridge"],
}
SOCKET_OF = {architecture: socket for socket, all_of_it in SOCKETS.items() for architecture in all_of_it}
SERVER = re.compile(r"Xeon|EPYC|Opteron|Threadripper")
# Intel's high-end desktops share the architecture with the others: i9-7900X, i7-5820K, i7-3930K.
HIGH_END = re.compile(r"i\d-(?:[79]\d{3}XE?|10\d{3}XE?|[56][89]\d{2}[KX]|[34][89]\d{2}[KX])\b")
# The memory of sockets that take one kind; boards for LGA 1700 and LGA 1151 take either of two.
MEMORY = {"AM5": "DDR5", "LGA1851": "DDR5", "AM4": "DDR4", "LGA1200": "DDR4", "LGA2066": "DDR4", "LGA2011-3": "DDR4", "sTRX4": "DDR4",
          "sTR4": "DDR4", "AM3+": "DDR3", "AM3": "DDR3", "FM1": "DDR3", "FM2": "DDR3", "FM2+": "DDR3", "LGA1150": "DDR3",
          "LGA1155": "DDR3", "LGA1156": "DDR3", "LGA1366": "DDR3", "LGA2011": "DDR3"}


def key(name):
    """What two spellings of a name have in common."""
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def parts(folder, name):
    """OpenDB's parts of a kind."""
    packed = folder / f"{name}.jsonl.gz"
    lines = gzip.open(packed, "rt") if packed.exists() else open(folder / f"{name}.jsonl")
    with lines:
        return [json.loads(line) for line in lines]


def named(part):
    return key((part.get("metadata") or {}).get("name") or "")


def socket(row, known):
    name, architecture = row["name"], row["microarchitecture"]
    if HIGH_END.search(name) or SERVER.search(name):
        return known.get("socket") or ""
    return known.get("socket") or SOCKET_OF.get(architecture, "")


def memory(row, known):
    told = re.search(r"DDR[2345]\b|\bD[45]\b", row["name"])
    if told:
        return told.group().replace("DDR", "D").replace("D", "DDR")
    return (known.get("memory") or {}).get("ram_type") or MEMORY.get(row["socket"], "")


def capacity(row):
    modules = [int(number) for number in row["modules"].split(",") if number]
    return modules[0] * modules[1] if len(modules) == 2 else ""


ADDED = {
    "cpu": lambda row, known: {"socket": socket(row, known)},
    "cpu-cooler": lambda row, known: {"sockets": "; ".join(known.get("cpu_sockets") or [])},
    "motherboard": lambda row, known: {"ram_type": memory(row, known)},
    "memory": lambda row, known: {"capacity": capacity(row)},
}


def same_part(name, known):
    """The first of `known`, which are in the order of their names, that is called so or so and something more."""
    wanted = key(name)
    at = bisect.bisect_left(known, wanted, key=named)
    found = known[at] if at < len(known) else {}
    return found if found and f"{named(found)} ".startswith(f"{wanted} ") else {}


def brand(name, makers):
    """The longest maker that the name begins with, or its first word."""
    low = name.lower() + " "
    return next((maker for maker in makers if low.startswith(maker.lower() + " ")), name.split(" ")[0])


def command(file, category, mapping):
    maps = " ".join(f"--map {pair}" for pair in mapping.split())
    print(f"cargo local import {shlex.quote(str(file))} --category {category} {maps}")


def main(opendb, pc_part, out):
    out.mkdir(parents=True, exist_ok=True)
    drawn = random.Random(1)
    all_parts = {name: parts(opendb, name) for name, *_ in SETS}
    makers = {(part.get("metadata") or {}).get("manufacturer") for rows in all_parts.values() for part in rows} - {None, ""}
    makers = sorted(makers, key=len, reverse=True)
    for theirs, name, category, specs in SETS:
        with open(pc_part / f"{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        dollars = {key(row["name"]): float(row["price"]) for row in rows if row["price"]}
        usual = statistics.median(dollars.values())
        with open(out / f"{theirs}.jsonl", "w") as file:
            for part in all_parts[theirs]:
                part |= {"price": round(dollars.get(named(part), usual) * RATE), "stock": drawn.randint(0, STOCK_MAX)}
                print(json.dumps(part, ensure_ascii=False), file=file)
        command(out / f"{theirs}.jsonl", category, OPENDB_MAP)
        known = sorted(all_parts[theirs], key=named)
        for row in rows:
            # Rows that tell the same of a part are the same part.
            same = json.dumps({column: cell for column, cell in row.items() if not column.startswith("price")}, sort_keys=True)
            row |= {
                "sku": f"{name}-{hashlib.sha256(same.encode()).hexdigest()[:16]}",
                "brand": brand(row["name"], makers),
                "price_som": round(float(row["price"] or usual) * RATE),
                "stock": drawn.randint(0, STOCK_MAX),
                **ADDED.get(name, lambda row, known: {})(row, same_part(row["name"], known)),
            }
        with open(out / f"{name}.csv", "w", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows(rows)
        command(out / f"{name}.csv", category, f"{PC_PART_MAP} " + " ".join(f"specs.{pair}" for pair in specs.split()))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
