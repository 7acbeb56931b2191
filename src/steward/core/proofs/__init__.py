"""One-time values: long tokens in links and short codes in texts, each of which proves one thing once."""

from steward.core.proofs.service import LONGEST_CODE_TRIES, Proofs
from steward.core.proofs.types import Proof, ProofKind, ProofWrong

__all__ = ["LONGEST_CODE_TRIES", "Proof", "ProofKind", "ProofWrong", "Proofs"]
