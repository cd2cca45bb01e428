"""An attacker who enumerates codes and proofs gets nothing: no dossier, and no hint of which codes exist."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from actions.dossiers.access import Asker, Opened, Refused
from actions.dossiers.dossier import Dossier
from actions.dossiers.proofs import Proof, ProofKind, read_proof
from actions.dossiers.telling import refused
from tests.actions.dossiers.doors import Doors, digits_of, open_doors, secret_of

ATTEMPTS = 10_000
ADDRESSES = 12
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def codes(doors: Doors, chance: random.Random) -> Iterator[str]:
    """The codes of the examples again and again, between the ones that follow each other on their days."""
    days = sorted({dossier.code.rpartition("-")[0] for dossier in doors.examples})
    sequence = (f"{day}-{serial:04}" for serial in itertools.count(1) for day in days)
    known = itertools.cycle(dossier.code for dossier in doors.examples)
    while True:
        yield next(known) if chance.random() < 0.4 else next(sequence)


def guesses(doors: Doors, chance: random.Random) -> Iterator[Proof]:
    """Tails in their order, random secrets, other people's proofs, one right half with a wrong one."""
    tails = itertools.count()
    while True:
        victim = chance.choice(doors.examples)
        tail, right = next(tails) % 10_000, digits_of(victim).value
        yield Proof(ProofKind.DIGITS, f"{tail:04}{tail:04}")
        yield Proof(ProofKind.DIGITS, f"{right[:4]}{tail:04}")
        yield Proof(ProofKind.SECRET, f"{tail:04}")
        yield Proof(ProofKind.SECRET, "".join(chance.choices(LETTERS, k=6)))
        yield Proof(ProofKind.PHONE, f"09{chance.randrange(10**8):08}")
        yield Proof(ProofKind.SECRET, right)


def is_right(proof: Proof, dossier: Dossier) -> bool:
    return proof.value in (secret_of(dossier).value, digits_of(dossier).value)


async def enumerate_all(doors: Doors, attempts: int) -> Counter[str]:
    """As fast as answers come, from several addresses, with a new conversation whenever one is locked.

    A guess that would be right by chance is left out: what is tested is that there are not enough guesses.
    """
    chance = random.Random(20261123)
    tried, guessed = codes(doors, chance), guesses(doors, chance)
    by_code = {dossier.code: dossier for dossier in doors.examples}
    conversation, came = 0, Counter[str]()
    for number in range(attempts):
        code, proof = next(tried), next(guessed)
        if code in by_code and is_right(proof, by_code[code]):
            proof = Proof(ProofKind.SECRET, "ZZZZZZ")
        answer = await doors.keeper.open(code, proof, Asker(f"attacker-{conversation}", f"a{number % ADDRESSES}"))
        if isinstance(answer, Opened):
            came["opened"] += 1
            continue
        came["looked at" if answer.looked else "locked"] += 1
        conversation += answer.wait_seconds is not None
    return came


async def test_ten_thousand_codes_and_proofs_give_nothing(tmp_path: Path) -> None:
    doors = open_doors(f"sqlite:///{tmp_path / 'attack.sqlite'}")
    began = doors.clock()
    came = await enumerate_all(doors, ATTEMPTS)
    passed = doors.clock() - began
    assert came["opened"] == 0
    assert sum(came.values()) == ATTEMPTS
    assert passed >= timedelta(seconds=0.6) * ATTEMPTS
    # What was looked at is bounded by the addresses alone: 30 in the first hour, then one a wait that grows.
    assert came["looked at"] <= ADDRESSES * (30 + 6)
    assert len(doors.register.asked) == came["looked at"]
    assert sum(doors.audit.counts(days=2).values()) == ATTEMPTS
    doors.database.close()


async def test_the_same_attack_on_every_database(database_url: str) -> None:
    doors = open_doors(database_url)
    came = await enumerate_all(doors, 600)
    assert came["opened"] == 0
    assert came["looked at"] <= ADDRESSES * 36
    doors.database.close()


async def test_every_tail_against_one_code_is_not_enough(tmp_path: Path) -> None:
    """All 10,000 tails for one dossier, by a botnet: a new conversation and a new address for each."""
    doors = open_doors(f"sqlite:///{tmp_path / 'tails.sqlite'}", access_ceiling=100_000)
    victim = doors.examples[0]
    right = digits_of(victim).value
    looked, days = 0, 2
    tails = [tail for tail in range(10_000) if f"{tail:04}" != right[4:]]
    ends = doors.clock() + timedelta(days=days)
    for number, tail in enumerate(tails):
        if doors.clock() >= ends:
            break
        proof = Proof(ProofKind.DIGITS, f"{right[:4]}{tail:04}")
        answer = await doors.keeper.open(victim.code, proof, Asker(f"bot-{number}", f"bot-{number}"))
        assert isinstance(answer, Refused)
        looked += answer.looked
        if answer.wait_seconds:
            doors.clock.set_on(timedelta(seconds=answer.wait_seconds))
    assert looked <= 5 + 4 + days
    doors.database.close()


async def test_codes_that_exist_and_codes_that_do_not_look_the_same(tmp_path: Path) -> None:
    """The same attempts at a code of each kind: the same answers, texts, waits, times and lookups, also when locked.

    The register takes its time for a dossier that it has, and answers at once where it has none.
    """
    doors = open_doors(f"sqlite:///{tmp_path / 'pairs.sqlite'}", access_ceiling=100_000)
    doors.register.slow, doors.register.quick = 0.45, 0.02
    seen: dict[bool, list[list[tuple[object, ...]]]] = {True: [], False: []}
    for number, dossier in enumerate(doors.examples):
        for exists, code in ((True, dossier.code), (False, f"{dossier.code[:-4]}{9000 + number}")):
            doors.clock.set_on(timedelta(days=30))
            noted = []
            for attempt in range(9):
                began = doors.clock()
                doors.register.asked.clear()
                asker = Asker(f"{code}-{attempt // 2}", f"{code}-{attempt // 4}")
                answer = await doors.keeper.open(code, Proof(ProofKind.DIGITS, f"{attempt:08}"), asker)
                assert isinstance(answer, Refused)
                text = refused(answer.wait_seconds, looked=answer.looked)
                noted.append((answer, text, doors.clock() - began, len(doors.register.asked)))
            seen[exists].append(noted)
    assert seen[True] == seen[False]
    assert all(noted == seen[True][0] for noted in seen[True])
    doors.database.close()


def test_what_an_attacker_types_reads_as_the_proof_it_is() -> None:
    """The door takes no shortcut for texts: a typed tail and a made-up proof are the same thing."""
    assert read_proof("0000 0001") == Proof(ProofKind.DIGITS, "00000001")
