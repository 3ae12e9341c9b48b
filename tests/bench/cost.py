#!/usr/bin/env python3
"""cost.py OUTPUT COMMAND…: runs it, its output in a file; then one line:
status, seconds of CPU, seconds, and the most memory in MiB."""
import resource
import subprocess
import sys
import time

began = time.monotonic()
with open(sys.argv[1], "wb") as out:
    status = subprocess.call(sys.argv[2:], stdout=out,
                             stderr=subprocess.DEVNULL)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, f"{use.ru_utime + use.ru_stime:.2f}",
      f"{time.monotonic() - began:.1f}", f"{use.ru_maxrss / 1024:.1f}")
