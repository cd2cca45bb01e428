"""The steps of the house, in order, and what each depends on."""

from __future__ import annotations

from deploy.house import environments
from deploy.house.processes import Tool
from deploy.house.settings import House
from deploy.house.steps import Files, Step

TRAIN_LIMIT = 1800.0  # seconds for training the encoder, building the index or training Rasa
CATALOGUE = ("catalogue", "phrasings", "topics", "elsewhere", "outside", "language", "english")


def plan(house: House, *, with_tests: bool = False) -> list[Step]:
    """All steps up to a house that can be started; with_tests: also what the tests need."""
    encoder = encoder_step(house)
    tests = [tests_step(house), browser_step(house), postgres_step(house), redis_step(house)] if with_tests else []
    return [app_step(house), *tests, rasa_step(house), encoder, index_step(house, encoder), model_step(house)]


def tools(house: House) -> list[Step]:
    """The steps up to the tools for tests and lint."""
    return [app_step(house), tests_step(house)]


def app_step(house: House) -> Step:
    """The environment of motcua's own processes."""
    return Step(
        name="app-environment",
        title="App environment",
        work=lambda tool: environments.make_app(house, tool),
        outputs=(house.python, house.uv),
        inputs=(Files(house.root, ("requirements/app.txt",)),),
        texts=(environments.app_version(house), environments.UV),
    )


def tests_step(house: House) -> Step:
    """The tools for tests and lint, in the same environment."""
    return Step(
        name="tests-tools",
        title="Tests' tools",
        work=lambda tool: environments.install_app(house, tool, "requirements/dev.txt"),
        outputs=(house.python.parent / "pytest", house.python.parent / "ruff", house.python.parent / "mypy"),
        inputs=(Files(house.root, ("requirements/dev.txt",)),),
        after=(app_step(house),),
    )


def browser_step(house: House) -> Step:
    """A browser for the tests. It is the system's, so it is looked for each time."""
    there = environments.browser(house)
    return Step(
        name="browser",
        title="Browser",
        work=lambda tool: environments.make_browser(house, tool),
        instead="up to date" if there else "",
    )


def postgres_step(house: House) -> Step:
    """A PostgreSQL for the tests. It is the system's, so it is looked for each time."""
    return Step(
        name="postgres",
        title="PostgreSQL",
        work=lambda tool: environments.make_postgres(house, tool),
        instead="up to date" if environments.postgres(house) else "",
    )


def redis_step(house: House) -> Step:
    """A Redis for the tests. It is the system's, so it is looked for each time."""
    return Step(
        name="redis",
        title="Redis",
        work=lambda tool: environments.make_redis(house, tool),
        instead="up to date" if environments.redis(house) else "",
    )


def rasa_step(house: House) -> Step:
    """Rasa's own environment."""
    return Step(
        name="rasa-environment",
        title="Rasa environment",
        work=lambda tool: environments.make_rasa(house, tool),
        outputs=(house.rasa_python, house.rasa_python.parent / "rasa"),
        inputs=(Files(house.root, ("requirements/rasa.txt",)),),
        texts=(environments.RASA_PYTHON,),
    )


def encoder_step(house: House) -> Step:
    """The encoder, trained from the data; not needed where MOTCUA_ENCODER names another."""
    data = house.folder("MOTCUA_DATA", house.root / "data")
    return Step(
        name="encoder",
        title="Encoder",
        work=lambda tool: _knowledge(house, tool, "train-encoder"),
        outputs=(house.var / "encoder",),
        inputs=(
            Files(data, ("**/*.yml",), without=("nlu", "rules", "stories", "forms", "consent.yml", "survey.yml")),
            Files(
                house.root / "knowledge",
                ("training.py", "ngram_embedding.py", "normalise.py", "families.py", "passages.py"),
            ),
        ),
        instead="MOTCUA_ENCODER is set" if house.setting("MOTCUA_ENCODER") else "",
    )


def index_step(house: House, encoder: Step) -> Step:
    """The index: a snapshot of the catalogue that the knowledge library answers from."""
    other = house.setting("MOTCUA_ENCODER")
    data = house.folder("MOTCUA_DATA", house.root / "data")
    imported = house.folder("MOTCUA_IMPORTED", house.var / "imported.sqlite")
    return Step(
        name="index",
        title="Index",
        work=lambda tool: _knowledge(house, tool, "build"),
        outputs=(house.folder("MOTCUA_SNAPSHOTS", house.var / "snapshots") / "current",),
        inputs=(
            Files(data, (*(f"{name}/**/*" for name in CATALOGUE), "tuning.yml")),
            Files(house.root / "knowledge", ("**/*.py",)),
            Files(imported.parent, (imported.name,)),
        ),
        texts=(other, house.setting("MOTCUA_PROVINCE")),
        after=() if other else (encoder,),
    )


def model_step(house: House) -> Step:
    """Rasa's model: what a person wants, and what comes next."""
    return Step(
        name="rasa-model",
        title="Rasa model",
        work=lambda tool: _train_rasa(house, tool),
        outputs=(house.root / "models" / "motcua.tar.gz",),
        inputs=(
            Files(house.root, ("config.yml", "domain.yml", "requirements/rasa.txt", "knowledge/normalise.py")),
            Files(house.root, tuple(f"data/{name}/**/*" for name in ("nlu", "rules", "stories"))),
            Files(house.root, tuple(f"data/{name}/**/*" for name in ("language", "phrasings", "outside"))),
            Files(house.root, ("understanding/**/*.py",)),
        ),
    )


def _knowledge(house: House, tool: Tool, command: str) -> None:
    tool.run([house.python, "-m", "knowledge", command], limit=TRAIN_LIMIT)


def _train_rasa(house: House, tool: Tool) -> None:
    rasa = house.rasa_python.parent / "rasa"
    files = ["--config", "config.yml", "--domain", "domain.yml", "--data", "data/nlu", "data/rules", "data/stories"]
    result = ["--out", "models", "--fixed-model-name", "motcua"]
    tool.run([rasa, "train", *files, *result], limit=TRAIN_LIMIT, environ=house.rasa_environ())
