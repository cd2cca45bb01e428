"""What this process works with: library, desk, dossiers, submissions, notices, personal data; each made once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from actions.database.work import Database
from actions.desk.desk import Desk
from actions.desk.handed_over import HandedOver
from actions.desk.settings import desk_settings
from actions.desk.survey import Survey, read_survey
from actions.dossiers.access import Doorkeeper
from actions.dossiers.access_settings import access_settings
from actions.dossiers.guarded import GuardedRegister
from actions.dossiers.opening import open_register
from actions.dossiers.settings import dossier_settings
from actions.dossiers.telling import Teller
from actions.privacy.consent import Consents
from actions.privacy.holders import PersonalData
from actions.privacy.settings import privacy_settings
from actions.submissions.attachments import Attachments
from actions.submissions.file_settings import file_settings
from actions.submissions.files import Files
from actions.submissions.form import Forms, load_forms
from actions.submissions.scanning import open_scanner
from actions.submissions.submissions import Submissions
from actions.watching.claims import Claims
from actions.watching.following import Following
from actions.watching.looking import Watcher
from actions.watching.outbox import Outbox
from actions.watching.quiet import Quiet
from actions.watching.settings import watch_settings
from knowledge.library import Library
from knowledge.record import Procedure
from knowledge.settings import settings
from knowledge.understood import HERE
from knowledge.working_days import WorkCalendar
from storage.vault import Vault


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@lru_cache
def library() -> Library:
    """The library of this process."""
    return Library(settings())


@lru_cache
def desk() -> Desk:
    """The officers' desk; an officer is there in the working hours of the calendar."""
    return Desk(
        desk_settings(),
        open_at=lambda at: calendar().open_at(at.astimezone(HERE)),
        survey=settings().data / "survey.yml",
    )


def survey() -> Survey:
    """The satisfaction survey."""
    return read_survey(settings().data / "survey.yml")


def calendar() -> WorkCalendar:
    """Which days are worked."""
    return library().surroundings.calendar


@lru_cache
def database() -> Database:
    """Where dossiers, submissions, notices and consents are kept."""
    return Database(desk_settings().database)


@lru_cache
def vault() -> Vault:
    """What seals personal data."""
    return privacy_settings().vault()


@lru_cache
def register() -> GuardedRegister:
    """Where dossiers live, as the settings say."""
    return open_register(dossier_settings(), database(), vault(), now=now)


@lru_cache
def doorkeeper() -> Doorkeeper:
    """Who may see which dossier."""
    return Doorkeeper(database(), vault(), register(), settings=access_settings(), privacy=privacy_settings(), now=now)


@lru_cache
def teller() -> Teller:
    """The words about a dossier."""
    return Teller(
        calendar(),
        register=register().name,
        demonstration=register().demonstration,
        records=_record,
    )


def _record(code: str) -> Procedure | None:
    """Of the snapshot in use now, which may be another one by then."""
    return library().snapshot.catalogue.procedures.get(code)


@lru_cache
def consents() -> Consents:
    """Who agreed to what."""
    return Consents(database(), vault(), privacy_settings(), now)


@lru_cache
def forms() -> Forms:
    """The e-forms."""
    return load_forms(settings().data / "forms")


@lru_cache
def submissions() -> Submissions:
    """What people have begun to fill in."""
    return Submissions(database(), vault(), keep_days=privacy_settings().keep_answers_days, now=now)


@lru_cache
def files() -> Files:
    """Attachments and papers that were made."""
    known = file_settings()
    return Files(
        database(),
        vault(),
        now,
        privacy_settings().keep_files_days,
        largest=known.attachment_bytes,
        together=known.attachment_total_bytes,
    )


@lru_cache
def attachments() -> Attachments:
    """Takes files that citizens send."""
    return Attachments(files(), file_settings(), open_scanner(file_settings()))


@lru_cache
def outbox() -> Outbox:
    """Messages that wait to be delivered."""
    known = watch_settings()
    return Outbox(database(), vault(), now, quiet=Quiet.of(known), keep_days=known.keep_notices_days)


@lru_cache
def following() -> Following:
    """Who follows which dossier."""
    return Following(database(), vault(), now, outbox=outbox(), calendar=calendar(), settings=watch_settings())


@lru_cache
def personal_data() -> PersonalData:
    """Every room that keeps something of a person."""
    kept = privacy_settings()
    evidence = (
        f"Chỉ giữ lại bằng chứng về sự đồng ý ({kept.keep_consent_days} ngày) và nhật ký bảo mật "
        f"({kept.keep_audit_days} ngày), đều không có tên."
    )
    holders = (
        submissions(),
        files(),
        doorkeeper().grants,
        following(),
        outbox(),
        HandedOver(desk()),
        consents(),
    )
    return PersonalData(holders, evidence=evidence, now=now)


@lru_cache
def watcher() -> Watcher:
    """Looks at followed dossiers."""
    return Watcher(
        register().find_fresh,
        Claims(database(), vault(), now, settings=watch_settings()),
        outbox(),
        lambda kind, dossier, at: teller().notice(kind.value, dossier, at),
        vault=vault(),
        now=now,
        calendar=calendar(),
        settings=watch_settings(),
    )
