"""How the reader is made: `python -m qa.training --data DIR --config FILE.toml --out DIR`.

load -> features -> train -> select -> export -> calibrate -> verify. Killed at any moment, the same command goes on
from the last checkpoint. The default recipe wants a finished teacher: first the same with teacher.toml beside it and
`--only-train`. The shipped reader had two more runs on its weights, with refusals.toml and written.toml.
"""

import argparse
import sys
from pathlib import Path

from qa.errors import CitespanError
from qa.training.config import read_config
from qa.training.run import make_reader


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe. Exit code 2 where an input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m qa.training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with one SOURCE.jsonl.gz per source of the recipe"
    )
    parser.add_argument(
        "--config", type=Path, default=Path(__file__).with_name("recipe.toml"), help="the recipe (TOML)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints, log, manifest and the reader")
    parser.add_argument("--watch", type=Path, nargs="*", default=[], help="validation files to score; never trained on")
    parser.add_argument("--only-train", action="store_true", help="end with weights, without the reader: for a teacher")
    options = parser.parse_args(arguments)
    try:
        config = read_config(options.config)
        make_reader(options.data, config, options.out, options.watch, only_train=options.only_train)
    except CitespanError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
