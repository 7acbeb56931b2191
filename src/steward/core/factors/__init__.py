"""Second factors and passkeys: what a person has besides a password, and fresh proofs before something sensitive."""

from steward.core.factors.errors import (
    CodeSentLately,
    CodeWrong,
    MethodEnabled,
    MfaNotEnabled,
    PasskeyNotFound,
    PasskeyWrong,
    ProofRefused,
    TooManyCodes,
)
from steward.core.factors.notices import Notices
from steward.core.factors.passkeys import CheckedPasskey, PasskeyService
from steward.core.factors.proving import Prover, refusal
from steward.core.factors.service import FactorService
from steward.core.factors.step_up import STEP_UP_SECONDS, FactorStepUp
from steward.core.factors.types import (
    ANY_FACTOR,
    Attempt,
    Bearer,
    CodeSent,
    Factor,
    Method,
    MfaStatus,
    PasskeyProof,
    PasskeyView,
    Standing,
    TotpSetup,
)

__all__ = [
    "ANY_FACTOR",
    "STEP_UP_SECONDS",
    "Attempt",
    "Bearer",
    "CheckedPasskey",
    "CodeSent",
    "CodeSentLately",
    "CodeWrong",
    "Factor",
    "FactorService",
    "FactorStepUp",
    "Method",
    "MethodEnabled",
    "MfaNotEnabled",
    "MfaStatus",
    "Notices",
    "PasskeyNotFound",
    "PasskeyProof",
    "PasskeyService",
    "PasskeyView",
    "PasskeyWrong",
    "ProofRefused",
    "Prover",
    "Standing",
    "TooManyCodes",
    "TotpSetup",
    "refusal",
]
