"""How often Python looks for garbage in a process that works on jobs."""

import gc

OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""New objects after which the collector looks for cycles; one command makes some hundreds."""


def spare_the_collector() -> None:
    """What was loaded by now lives as long as the process: the garbage collector need not look at
    it again and again (docs/decisions.md has the figure).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
