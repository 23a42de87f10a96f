"""The asynchronous faces: the source from which ``ci/unasync.py`` writes the synchronous twin."""
