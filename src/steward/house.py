"""The house: every adapter, noun and key put together for the server, the worker and the commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import steward
from steward.adapters.jobs import make_job_queue
from steward.adapters.limits import make_counters
from steward.adapters.live.local import LocalHints
from steward.adapters.mail import make_mail_carrier
from steward.adapters.model.offline import OfflineModel
from steward.adapters.model.registry import make_registry
from steward.adapters.oauth import Providers
from steward.adapters.outbox import FolderOutbox
from steward.adapters.sms import make_text_carrier
from steward.core.access import AccessService, KeyService
from steward.core.accounts import AccountLife, AccountService, PasswordHasher
from steward.core.audit import AuditLog, AuditTrail, ChainHeads
from steward.core.calendar import CalendarService
from steward.core.conversations import ConversationService
from steward.core.factors import FactorService, FactorStepUp, Notices, PasskeyService, Prover
from steward.core.integrations import IntegrationService
from steward.core.letters import Letters, OutboxService
from steward.core.limits import Limits, LoginBrake
from steward.core.notes import NoteService
from steward.core.notifications import NotificationService
from steward.core.people import ExportService, PeopleService, PhoneNumbers, SettingsService
from steward.core.proofs import Proofs
from steward.core.reminders import ReminderService
from steward.core.sessions import ApiTokens, SecondStep, SessionList, SessionService
from steward.core.tasks import TaskService
from steward.core.tools import Toolbox
from steward.core.turns import TurnRunner, TurnService
from steward.core.vault import Vault
from steward.db.database import Database
from steward.db.jobs import ANSWER_FORGOTTEN, FIRE_REMINDER, RESUME_TURN, SEND_LETTER
from steward.kit.clock import Clock, SystemClock
from steward.kit.secrets import KeyRing, Sealer, key_ring_from_text, load_key_ring
from steward.ports.jobs import Handler, Job, JobQueue
from steward.ports.limits import Counters
from steward.ports.model import ModelRegistry
from steward.probes import checks
from steward.settings import Settings
from steward.surfaces.health import Health
from steward.surfaces.services import Services
from steward.workers import Sweep, run_workers

CONCURRENCY = {"default": 4, "letters": 4, "reminders": 4, "turns": 4}


@dataclass(frozen=True)
class House:
    """Everything that was put together, for the server, the worker and the commands."""

    settings: Settings
    ring: KeyRing
    db: Database
    jobs: JobQueue
    models: ModelRegistry
    hasher: PasswordHasher
    audit: AuditLog
    heads: ChainHeads
    letters: Letters
    counters: Counters
    services: Services
    vault: Vault

    def handlers(self) -> Mapping[str, tuple[Job, Handler]]:
        """Return who does which job."""
        pairs: list[tuple[Job, Handler]] = [
            (FIRE_REMINDER, self.services.reminders.fire),
            (RESUME_TURN, self.services.turns.resume),
            (SEND_LETTER, self.letters.send),
            (ANSWER_FORGOTTEN, self.services.life.answer_forgotten),
        ]
        return {job.name: (job, handler) for job, handler in pairs}

    def sweeps(self) -> list[Sweep]:
        """Return what is looked at again and again."""
        return [
            Sweep("due reminders", 1.0, self.services.reminders.sweep),
            Sweep("turns of dead processes", 2.0, self.services.turns.sweep),
            Sweep("head of the audit log", 3600.0, self.heads.keep),
            Sweep("events of old turns", 3600.0, self.services.turns.tidy),
            Sweep("one-time values of last week", 3600.0, self.services.life.tidy),
        ]

    async def work(self) -> None:
        """Do jobs and sweep until cancelled."""
        scale = max(1, self.settings.workers)
        concurrency = {queue: count * scale for queue, count in CONCURRENCY.items()}
        await run_workers(self.jobs, self.handlers(), concurrency=concurrency, sweeps=self.sweeps())

    async def close(self) -> None:
        """Let go of everything, in the order in which it depends on each other."""
        await self.services.turns.close()
        await self.services.integrations.close()
        await self.services.sessions.settle()
        await self.services.keys.settle()
        await self.models.close()
        await self.counters.close()
        self.hasher.close()
        self.db.close()


@dataclass(frozen=True)
class _Foundation:
    """What most of the house stands on."""

    settings: Settings
    clock: Clock
    ring: KeyRing
    db: Database
    audit: AuditLog
    hasher: PasswordHasher
    accounts: AccountService
    proofs: Proofs
    letters: Letters
    limits: Limits
    live: LocalHints


def build_house(settings: Settings, clock: Clock | None = None, models: ModelRegistry | None = None) -> House:
    """Return the house for the settings; nothing runs yet and the database is not migrated."""
    clock = clock or SystemClock()
    secret = settings.secret_key.get_secret_value()
    ring = key_ring_from_text(secret) if secret else load_key_ring(_key_file(settings))
    jobs = make_job_queue(settings)
    db = Database(settings, clock, Sealer(ring), jobs)
    audit = AuditLog(ring, settings.data_dir / "audit")
    hasher = PasswordHasher(threads=settings.hash_threads, queue=settings.hash_queue)
    counters = make_counters(settings)
    ground = _Foundation(
        settings=settings,
        clock=clock,
        ring=ring,
        db=db,
        audit=audit,
        hasher=hasher,
        accounts=AccountService(db, settings, audit, hasher),
        proofs=Proofs(ring),
        letters=Letters(db, make_mail_carrier(settings), make_text_carrier(settings)),
        limits=Limits(settings, counters, clock),
        live=LocalHints(),
    )
    models = models or make_registry(settings, OfflineModel())
    return House(
        settings=settings,
        ring=ring,
        db=db,
        jobs=jobs,
        models=models,
        hasher=hasher,
        audit=audit,
        heads=ChainHeads(db, settings.data_dir / "audit" / "heads.jsonl"),
        letters=ground.letters,
        counters=counters,
        services=_services(ground, jobs, models),
        vault=Vault(db, audit, ring, None if secret else _key_file(settings)),
    )


def _services(ground: _Foundation, jobs: JobQueue, models: ModelRegistry) -> Services:
    settings, db, audit, accounts = ground.settings, ground.db, ground.audit, ground.accounts
    started = ground.clock.now()
    door = _signing_in(ground)
    sessions, step_up, brake = door.sessions, door.step_up, LoginBrake(ground.limits)
    life = AccountLife(db, settings, audit, ground.hasher, accounts, ground.proofs, ground.letters, step_up, brake)
    access, keys = AccessService(db, audit), KeyService(db, audit, step_up)
    _tell_of_rights(access, accounts, sessions, keys)
    notifications = NotificationService(db, ground.live)
    reminders = ReminderService(db, notifications)
    calendar, tasks = CalendarService(db, reminders, ground.live), TaskService(db)
    toolbox = Toolbox(calendar, reminders, tasks, NoteService(db))
    return Services(
        clock=ground.clock,
        version=steward.__version__,
        started_at=started,
        public_url=settings.public_url,
        health=Health(
            checks(settings, db, jobs, models), version=steward.__version__, started_at=started, clock=ground.clock
        ),
        limits=ground.limits,
        accounts=accounts,
        life=life,
        people=PeopleService(db, audit, accounts, life),
        phone_numbers=PhoneNumbers(db, audit, ground.proofs, ground.letters, step_up),
        choices=SettingsService(db, audit, accounts),
        exports=ExportService(db, settings, audit, step_up),
        sessions=sessions,
        second_step=door.second_step,
        session_list=door.session_list,
        factors=door.factors,
        passkeys=door.passkeys,
        api_tokens=ApiTokens(db, sessions, accounts, keys),
        access=access,
        keys=keys,
        trail=AuditTrail(db, audit),
        integrations=IntegrationService(
            db, settings, Providers(settings), ground.proofs, accounts, sessions, audit, step_up
        ),
        outbox=OutboxService(db, FolderOutbox(settings.data_dir / "outbox"), audit),
        conversations=ConversationService(db),
        turns=TurnService(db, TurnRunner(db, models, toolbox, settings)),
        calendar=calendar,
        tasks=tasks,
        reminders=reminders,
        notifications=notifications,
    )


def _tell_of_rights(
    access: AccessService, accounts: AccountService, sessions: SessionService, keys: KeyService
) -> None:
    """Have changed rights hold from the next request on, whatever proof it comes with."""
    for tell in (sessions.forget_user, keys.forget_user):
        access.when_changed(tell)
    accounts.when_changed(keys.forget_user)


def _key_file(settings: Settings) -> Path:
    return settings.data_dir / "keys.json"


@dataclass(frozen=True)
class _SigningIn:
    sessions: SessionService
    second_step: SecondStep
    session_list: SessionList
    factors: FactorService
    passkeys: PasskeyService
    step_up: FactorStepUp


def _signing_in(ground: _Foundation) -> _SigningIn:
    """Return sessions and factors, which need each other's parts."""
    settings, db, audit, hasher, proofs = ground.settings, ground.db, ground.audit, ground.hasher, ground.proofs
    prover, notices = Prover(ground.ring, proofs, settings), Notices(ground.letters)
    step_up = FactorStepUp(db, hasher, prover, audit)
    factors = FactorService(db, prover, proofs, ground.letters, step_up, notices, audit)
    passkeys = PasskeyService(db, proofs, step_up, notices, audit, settings.public_url)
    sessions = SessionService(
        db,
        settings,
        ground.ring,
        ground.accounts,
        hasher,
        audit,
        brake=LoginBrake(ground.limits),
        prover=prover,
        notices=notices,
        live=ground.live,
    )
    return _SigningIn(
        sessions=sessions,
        second_step=SecondStep(db, sessions, factors, passkeys, step_up, ground.accounts),
        session_list=SessionList(db, settings, sessions, audit),
        factors=factors,
        passkeys=passkeys,
        step_up=step_up,
    )
