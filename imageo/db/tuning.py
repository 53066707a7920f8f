"""Settings of the embedded server, scaled to the machine."""

import os
from pathlib import Path

MB = 1024 * 1024
GB = 1024 * MB


def memory_bytes() -> int:
    """The memory that this process may use: the machine's, or its container's limit where that is lower."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(machine, int(Path(limit).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return machine


def shared_memory_bytes() -> int | None:
    """The size of /dev/shm; None where there is none."""
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return None
    return room.f_blocks * room.f_frsize


def tuned(*, memory: int, disk: int, shared_memory: int | None, durable: bool) -> dict[str, str]:
    """Settings for a machine with `memory` bytes, `disk` bytes free and `shared_memory` bytes in /dev/shm."""
    settings = {
        "shared_buffers": _megabytes(memory // 8, 32 * MB, GB),
        "effective_cache_size": _megabytes(memory // 2, 64 * MB, 64 * GB),
        "work_mem": _megabytes(memory // 256, 4 * MB, 32 * MB),
        "maintenance_work_mem": _megabytes(memory // 16, 32 * MB, 512 * MB),
        "max_wal_size": _megabytes(disk // 10, 64 * MB, 4 * GB),
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "2",
        "jit": "off",
    }
    if shared_memory is not None and shared_memory < 256 * MB:
        # A container's 64 MB are too little for the tables that parallel workers share.
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return settings


def _megabytes(wanted: int, least: int, most: int) -> str:
    return f"{max(least, min(wanted, most)) // MB}MB"
