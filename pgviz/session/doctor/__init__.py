"""The doctor: names common mistakes when it sees them, with the evidence and never without.

One module per mistake. Nothing here imports torch, Gymnasium or Qt: the evidence comes with the events.
"""

from pgviz.session.doctor.check import Check
from pgviz.session.doctor.doctor import CHECKS, Doctor, watching
from pgviz.session.doctor.finding import Evidence, Finding

__all__ = ["CHECKS", "Check", "Doctor", "Evidence", "Finding", "watching"]
