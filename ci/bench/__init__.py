"""Arlen beside its peers: servers on one core, a load generator on another, medians and ratios out.

How a number comes about, and why it may be believed:

- Every subject does the same work (``subjects/content.py``) and proves it before it is timed (``scenarios.py``). Peers
  are written in their fastest idiomatic form, one worker, uvloop and httptools where they can, access logs off. Arlen's
  application sends its default headers on every answer; its peers send theirs on the echo only, and fewer of them.
- Each round starts every subject fresh, A B C ... A B C ..., so that a slow phase of the machine meets them all.
- A run that other processes disturbed is repeated, and the quietest try is kept whatever its result; rounds that stayed
  disturbed are left out of the median. All kept samples are in the JSON document.
- A ratio ``a_vs_b`` is the median of a over the median of b, in the same run of the harness. Beside it stand the ratio
  by requests per server-CPU-second and the smallest and largest ratio of any single round.
- Measurements of latency and memory (``measurements/``) give one value per round and take the median of those.
- ``!`` behind a rate or a ratio says that no round was clean; behind the generator's CPU share, that the generator was
  the limit.

Absolute figures belong to one machine and one interpreter. Compare ratios.
"""
