"""The life of an account: proving an address, getting back in, a new password or address, and the end.

Links go out by mail, each with a one-time token of which only the SHA-256 is kept. Source: OWASP ASVS 5.0, 6.3 and 6.4;
decisions AP05, AP12, AP33, AV04, AV38.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from steward.core.access import EVERYTHING, keep_an_admin, permissions_held
from steward.core.accounts import gate, rules, wording
from steward.core.accounts.errors import EmailTaken, OwnerStays, PasswordWrong, SignInRequired
from steward.core.accounts.hashing import PasswordHasher
from steward.core.accounts.passwords import problems_of
from steward.core.accounts.service import AccountService
from steward.core.accounts.types import Holder, StepUp, UserView
from steward.core.accounts.wording import Wording
from steward.core.audit import Action, AuditLog
from steward.core.letters import Letters
from steward.core.limits import LoginBrake
from steward.core.proofs import Proof, ProofKind, Proofs, ProofWrong
from steward.db.database import Database, Transaction
from steward.db.jobs import ANSWER_FORGOTTEN
from steward.db.tables import User
from steward.kit.actor import Actor
from steward.kit.errors import Conflict, TooMany
from steward.settings import Settings

VERIFY_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(minutes=30)
"""Half of what decision AP33 allows: OWASP's limit is the stricter one."""
_WISH_LIFE = timedelta(hours=1)
_HOUR = timedelta(hours=1)
_ADDRESSES_AN_HOUR = 5
_TOKENS_KEPT = timedelta(days=7)


class AccountLife:
    """What happens to an account between its first day and its last."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        audit: AuditLog,
        hasher: PasswordHasher,
        accounts: AccountService,
        proofs: Proofs,
        letters: Letters,
        step_up: StepUp,
        brake: LoginBrake,
    ) -> None:
        self._db = db
        self._audit = audit
        self._hasher = hasher
        self._accounts = accounts
        self._proofs = proofs
        self._letters = letters
        self._step_up = step_up
        self._brake = brake
        self._url = settings.public_url
        self._strong = settings.password_policy == "strong"  # noqa: S105 - the name of a policy
        accounts.when_registered(self._greet)

    async def resend_verification(self, actor: Actor) -> None:
        """Send the link that proves the actor's address once more; earlier links stop working.

        Raises:
            Conflict: the address is proved already, or there is none.
            TooMany: the address got three in this hour.
        """
        actor.need("profile:write")

        def work(tx: Transaction) -> None:
            who = gate.holder_of(tx, actor.user_key, for_update=True)
            if who.is_verified or who.email is None:
                raise Conflict("There is no address to confirm.")
            if not self._ask_to_verify(tx, who):
                raise TooMany(retry_after_seconds=_HOUR.total_seconds())

        await self._db.write(work)

    async def verify_email(self, token: str, *, ip: str = "") -> None:
        """Take the address for proved to which the token was sent; a new address replaces the old one only here.

        Raises:
            ProofWrong: the token is unknown, used, expired, or of an address that the account no longer has.
            EmailTaken: somebody else has the new address by now.
        """

        def work(tx: Transaction) -> None:
            kind, _ = self._proofs.look(tx, (ProofKind.VERIFY_EMAIL, ProofKind.CHANGE_EMAIL), token)
            proof = self._proofs.redeem(tx, kind, token)
            who = self._holder(tx, proof)
            if kind is ProofKind.CHANGE_EMAIL:
                self._replace_address(tx, who, proof.target)
            elif who.email != proof.target:
                raise ProofWrong
            else:
                tx.session.execute(update(User).where(User.key == who.user_key).values(is_verified=True))
            action = Action.EMAIL_CHANGED if kind is ProofKind.CHANGE_EMAIL else Action.EMAIL_VERIFIED
            self._record(tx, action, who, ip)

        await self._db.write(work)

    async def forgot_password(self, email: str, *, ip: str = "") -> None:
        """Have a link sent to the address if it is somebody's; neither answer nor time tells whether it is.

        The address is looked up by a job. Nothing is sent to an address without an account: a stranger could otherwise
        have this server write to anybody.

        Raises:
            Invalid: it is no address.
        """
        address = rules.email_address(email)

        def work(tx: Transaction) -> None:
            wish = self._proofs.issue(tx, ProofKind.RESET_WISH, life=_WISH_LIFE, target=address, data={"ip": ip})
            tx.enqueue(ANSWER_FORGOTTEN, wish=wish)

        await self._db.write(work)

    async def answer_forgotten(self, wish: str) -> None:
        """Send the link that ``forgot_password`` promised. The job ``answer_forgotten``; a second run does nothing."""

        def work(tx: Transaction) -> None:
            try:
                proof = self._proofs.redeem(tx, ProofKind.RESET_WISH, wish)
            except ProofWrong:
                return
            who = gate.holder_of_address(tx, proof.target)
            if who is None or not who.is_active:
                return
            token = self._issue(tx, ProofKind.RESET_PASSWORD, who, RESET_LIFE)
            if self._mail(tx, who, "reset_password", wording.reset_password(self._url, token)):
                self._record(tx, Action.PASSWORD_RESET_ASKED, who, str(proof.data.get("ip", "")))

        await self._db.write(work)

    async def reset_password(self, token: str, new_password: str, *, ip: str = "") -> None:
        """Set a password by a link that was mailed; all sessions end and all other links stop working.

        A second factor stays: the next login asks for it. The address counts as proved, for the link came there.

        Raises:
            ProofWrong: the token is unknown, used or expired, or the account is switched off.
            Invalid: the password cannot be accepted; the token stays good.
            HasherBusy: too many at once.
        """
        kinds = (ProofKind.RESET_PASSWORD, ProofKind.INVITATION)

        def look(tx: Transaction) -> tuple[ProofKind, Holder]:
            kind, proof = self._proofs.look(tx, kinds, token)
            return kind, self._holder(tx, proof)

        kind, seen = await self._db.read(look)
        password_hash = await self._accepted(new_password, seen.names, "new_password")

        def work(tx: Transaction) -> None:
            proof = self._proofs.redeem(tx, kind, token)
            who = self._holder(tx, proof)
            if not who.is_active or who.email != proof.target:
                raise ProofWrong
            gate.restart(tx, who, password_hash)
            self._password_is_new(tx, who)
            self._record(tx, Action.PASSWORD_RESET, who, ip)

        await self._db.write(work)

    async def change_password(self, actor: Actor, *, current: str | None, new: str, code: str | None = None) -> None:
        """Change the actor's password: all their other sessions end and a notice is mailed.

        Who has no password yet, because a provider or an administrator made the account, sets one without ``current``.

        Raises:
            SignInRequired: the actor came with an API key.
            PasswordWrong: ``current`` is not the password.
            LimitExceeded: there were too many wrong passwords.
            StepUpRequired: a second factor is asked for.
            Invalid: the new password cannot be accepted.
            HasherBusy: too many at once.
        """
        self._need_session(actor)
        who = await self._db.read(lambda tx: gate.holder_of(tx, actor.user_key))
        if who.password_hash is not None:
            stored, guess = who.password_hash, current or ""
            is_right, _ = await self._brake.guess(
                actor.email, who.user_id, actor.ip, lambda: self._hasher.verify(guess, stored)
            )
            if not is_right:
                await self._db.write(
                    lambda tx: self._audit.record(
                        tx,
                        action=Action.PASSWORD_CHECK_FAILED,
                        resource=f"user/{who.user_id}",
                        result="failure",
                        actor=actor,
                    )
                )
                raise PasswordWrong
        await self._step_up.check(actor, password=current, code=code)
        password_hash = await self._accepted(new, who.names, "new_password")

        def work(tx: Transaction) -> None:
            if not gate.change_password(tx, who, password_hash):
                raise PasswordWrong
            gate.end_sessions(tx, who.user_key, but=actor.session_id)
            self._password_is_new(tx, who)
            self._audit.record(tx, action=Action.PASSWORD_CHANGED, resource=f"user/{who.user_id}", actor=actor)

        await self._db.write(work)

    async def change_me(
        self, actor: Actor, changes: Mapping[str, object], *, password: str | None = None, code: str | None = None
    ) -> UserView:
        """Change the profile as ``AccountService.change_me`` does, and ask for a new address if ``email`` is one.

        The address that the profile shows stays until the link that goes to the new one is used.

        Raises:
            Invalid: some values cannot be accepted; ``fields`` names all of them.
            SignInRequired, StepUpRequired: a new address needs a person, and their second factor.
            EmailTaken: somebody has the address.
            TooMany: too many new addresses in this hour.
        """
        wish = changes.get("email")
        address = rules.email_address(wish) if isinstance(wish, str) else None
        if address is not None and address != actor.email:
            self._need_session(actor)
            await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> UserView:
            if address is not None:
                self._ask_for_address(tx, actor, address)
            return self._accounts.change(tx, actor, changes)

        return await self._db.write(work)

    async def delete_me(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> None:
        """Delete the actor's account and all that is theirs; their sessions are over at once.

        Source: decisions AP12, AV38.

        Raises:
            SignInRequired, StepUpRequired: it needs a person, and their second factor.
            OwnerStays: the actor owns the server.
            LastAdmin: other people in the tenant would have no admin.
        """
        self._need_session(actor)
        await self._step_up.check(actor, password=password, code=code)
        await self._db.write(lambda tx: self.erase(tx, gate.holder_of(tx, actor.user_key), actor))

    def erase(self, tx: Transaction, who: Holder, actor: Actor) -> None:
        """Delete a person with all that is theirs; the audit log keeps that it happened, by ids only.

        Raises:
            OwnerStays, LastAdmin: as for ``delete_me``.
        """
        if EVERYTHING in permissions_held(tx, who.user_key):
            raise OwnerStays
        keep_an_admin(tx, who.tenant_key, who.user_key, leaves=True)
        gate.erase(tx, who)
        if who.email is not None and who.is_verified:
            subject, body = wording.account_was_deleted()
            self._letters.mail(tx, to=who.email, purpose="notice", subject=subject, body=body, is_limited=False)
        resource = f"user/{who.user_id}"
        self._audit.record(tx, action=Action.USER_REMOVED, resource=resource, actor=actor, tenant_key=who.tenant_key)
        tx.after_commit(lambda: self._accounts.tell(who.user_key))

    def invite(self, tx: Transaction, user_key: int) -> None:
        """Mail somebody for whom an account was made the link that sets their first password."""
        who = gate.holder_of(tx, user_key)
        token = self._issue(tx, ProofKind.INVITATION, who, VERIFY_LIFE)
        self._mail(tx, who, "invitation", wording.invitation(self._url, token))

    async def tidy(self) -> None:
        """Delete one-time values that expired a week ago."""
        await self._db.write(lambda tx: self._proofs.tidy(tx, kept=_TOKENS_KEPT))

    def _greet(self, tx: Transaction, user_key: int) -> None:
        who = gate.holder_of(tx, user_key)
        if who.email is not None and not who.is_verified:
            self._ask_to_verify(tx, who)

    def _ask_to_verify(self, tx: Transaction, who: Holder) -> bool:
        token = self._issue(tx, ProofKind.VERIFY_EMAIL, who, VERIFY_LIFE)
        return self._mail(tx, who, "verify_email", wording.verify_email(self._url, token))

    def _ask_for_address(self, tx: Transaction, actor: Actor, address: str) -> None:
        who = gate.holder_of(tx, actor.user_key, for_update=True)
        if address == who.email:
            return
        if gate.is_taken(tx, address):
            raise EmailTaken
        lately = self._proofs.issued_since(tx, ProofKind.CHANGE_EMAIL, who.user_key, tx.now - _HOUR)
        if len(lately) >= _ADDRESSES_AN_HOUR:
            raise TooMany(retry_after_seconds=_HOUR.total_seconds())
        token = self._issue(tx, ProofKind.CHANGE_EMAIL, who, VERIFY_LIFE, target=address)
        asked = wording.confirm_new_address(self._url, token)
        if not self._mail(tx, who, "change_email", asked, to=address):
            raise TooMany(retry_after_seconds=_HOUR.total_seconds())
        self._notice(tx, who, wording.address_will_change(self._url))
        self._audit.record(tx, action=Action.EMAIL_CHANGE_ASKED, resource=f"user/{who.user_id}", actor=actor)

    def _replace_address(self, tx: Transaction, who: Holder, address: str) -> None:
        values = {"email": address, "is_verified": True, "updated_at": tx.now}
        if who.username == who.email:
            values["username"] = address
        try:
            tx.session.execute(update(User).where(User.key == who.user_key).values(**values))
        except IntegrityError:
            raise EmailTaken from None
        self._void_links(tx, who)
        self._notice(tx, who, wording.address_was_changed(self._url))

    def _password_is_new(self, tx: Transaction, who: Holder) -> None:
        """Void what could set another one, tell the person, and have sessions be looked at again."""
        self._void_links(tx, who)
        self._notice(tx, who, wording.password_was_changed(self._url))
        tx.after_commit(lambda: self._accounts.tell(who.user_key))

    def _void_links(self, tx: Transaction, who: Holder) -> None:
        for kind in (ProofKind.RESET_PASSWORD, ProofKind.INVITATION):
            self._proofs.void(tx, kind, who.user_key)

    def _issue(
        self, tx: Transaction, kind: ProofKind, who: Holder, life: timedelta, *, target: str | None = None
    ) -> str:
        """Return a new token that is bound to the address it will be sent to; earlier ones of the kind are void."""
        self._proofs.void(tx, kind, who.user_key)
        bound_to = target or who.email or ""
        return self._proofs.issue(
            tx, kind, life=life, tenant_key=who.tenant_key, user_key=who.user_key, target=bound_to
        )

    def _mail(
        self,
        tx: Transaction,
        who: Holder,
        purpose: str,
        words: Wording,
        *,
        to: str | None = None,
        is_limited: bool = True,
    ) -> bool:
        address = to or who.email
        return address is not None and self._letters.mail(
            tx,
            to=address,
            purpose=purpose,
            subject=words.subject,
            body=words.body,
            tenant_key=who.tenant_key,
            user_key=who.user_key,
            is_limited=is_limited,
        )

    def _notice(self, tx: Transaction, who: Holder, words: Wording) -> None:
        """Promise a notice: always to an address that is proved, seldom to one that may be somebody else's."""
        self._mail(tx, who, "notice", words, is_limited=not who.is_verified)

    def _record(self, tx: Transaction, action: Action, who: Holder, ip: str) -> None:
        resource = f"user/{who.user_id}"
        self._audit.record(
            tx, action=action, resource=resource, tenant_key=who.tenant_key, user_key=who.user_key, ip=ip
        )
        tx.after_commit(lambda: self._accounts.tell(who.user_key))

    @staticmethod
    def _holder(tx: Transaction, proof: Proof) -> Holder:
        if proof.user_key is None:
            raise ProofWrong
        return gate.holder_of(tx, proof.user_key)

    @staticmethod
    def _need_session(actor: Actor) -> None:
        actor.need("profile:write")
        if actor.via != "session":
            raise SignInRequired

    async def _accepted(self, password: str, names: Sequence[str], field: str) -> str:
        """Return the hash of a password that the rules accept."""

        def check() -> str:
            wrong = problems_of(password, names=names, strong=self._strong)
            if wrong:
                raise rules.invalid({field: wrong})
            return self._hasher.hash_now(password)

        return await self._hasher.run(check)
