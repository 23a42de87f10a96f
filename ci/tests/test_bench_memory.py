import resource
import subprocess
import sys

import pytest

from ci.bench.memory import (
    TooFewFiles,
    allow_open_files,
    kib_line,
    open_files,
    peak_bytes,
    proportional_bytes,
    reset_peak,
    resident_bytes,
    resident_mb,
)

MIB = 1 << 20
SPENDTHRIFT = """
import sys
held = b"x" * (64 << 20)
print("holds", flush=True); sys.stdin.readline()
del held
print("freed", flush=True); sys.stdin.readline()
files = [open("/dev/null") for _ in range(50)]
print("opened", flush=True); sys.stdin.readline()
"""


@pytest.fixture
def spendthrift():
    """A process that holds 64 MiB, frees them, and opens 50 files, one at each line that it is sent."""
    command = (sys.executable, "-c", SPENDTHRIFT)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def hears(process, word):
    assert process.stdout.readline().strip() == word


def goes_on(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_the_memory_of_a_process_is_seen_from_outside(spendthrift):
    pids = {spendthrift.pid}
    hears(spendthrift, "holds")
    assert proportional_bytes(pids) > 64 * MIB
    assert resident_bytes(pids) > 64 * MIB
    assert resident_mb(pids) > 64
    goes_on(spendthrift)
    hears(spendthrift, "freed")
    assert proportional_bytes(pids) < 64 * MIB


def test_a_peak_is_remembered_until_it_is_reset(spendthrift):
    pids = {spendthrift.pid}
    hears(spendthrift, "holds")
    goes_on(spendthrift)
    hears(spendthrift, "freed")
    assert peak_bytes(pids) > 64 * MIB
    reset_peak(pids)
    assert peak_bytes(pids) < 64 * MIB


def test_open_files_are_counted(spendthrift):
    hears(spendthrift, "holds")
    before = open_files({spendthrift.pid})
    goes_on(spendthrift)
    hears(spendthrift, "freed")
    goes_on(spendthrift)
    hears(spendthrift, "opened")
    assert open_files({spendthrift.pid}) == before + 50


def test_a_process_that_ended_holds_nothing():
    with subprocess.Popen((sys.executable, "-c", "pass")) as process:
        process.wait()
    assert resident_mb({process.pid}) == 0


def test_a_line_of_proc_is_found_by_its_whole_name():
    assert kib_line("VmHWM:\t  12 kB\nVmRSS:\t  7 kB\n", "VmRSS") == 7
    with pytest.raises(LookupError, match="no line Pss"):
        kib_line("Pss_Dirty:  12 kB\n", "Pss")


@pytest.fixture
def file_limits():
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield limits
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_more_open_files_are_allowed_up_to_what_the_system_grants(file_limits):
    _, hard = file_limits
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    allow_open_files(512)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, hard)
    allow_open_files(100)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, hard)
    with pytest.raises(TooFewFiles, match=f"{hard + 1} open files are needed"):
        allow_open_files(hard + 1)
