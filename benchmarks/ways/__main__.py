"""One way, in a process of its own: JSON lines in, JSON lines out.

    python -m benchmarks.ways notebook '{"images": 10000, …}'

reads {"part": "teacher" | "students", "seed": 0} from standard input and answers {model: [seconds,
seconds per epoch, accuracy]}; it ends when standard input does.
"""

import importlib
import json
import sys

from benchmarks.ways.common import Sizes


def main() -> None:
    way = importlib.import_module(f"benchmarks.ways.{sys.argv[1]}")
    sizes = Sizes(**json.loads(sys.argv[2]))
    way.warm_up(sizes)
    print("{}", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        found = getattr(way, request["part"])(sizes, request["seed"])
        print(json.dumps(found), flush=True)
    if hasattr(way, "close"):
        way.close()


if __name__ == "__main__":
    main()
