"""The tables of docs/scaling.md are what its unit costs give."""

from pathlib import Path

import pytest

from bench import arithmetic

TEXT = (Path(__file__).parent.parent / "docs" / "scaling.md").read_text(encoding="utf-8")
UNIT = arithmetic.costs(TEXT)


def test_the_tables_follow_from_the_unit_costs() -> None:
    loads = [arithmetic.Load(500_000, 5_000), arithmetic.Load(5_000_000, 50_000)]
    assert arithmetic.table(UNIT, loads) in TEXT, "print it again with the command above it"
    assert arithmetic.walls(UNIT, 100) in TEXT, "print it again with the command above it"


def test_every_unit_cost_is_used() -> None:
    class Noting(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            used.add(name)
            return super().__getitem__(name)

    used = {name for name in UNIT if name.startswith("knowledge_")}
    arithmetic.table(Noting(UNIT), [arithmetic.Load(500_000, 5_000)])
    assert used == set(UNIT)


def test_the_cost_of_knowledge_lies_between_the_measured_points() -> None:
    unit = {"knowledge_100": 20.0, "knowledge_500": 100.0, "clean_ms": 1.0}
    found = [arithmetic.knowing(unit, history) for history in (0, 50, 100, 300, 500, 9_000)]
    assert found == pytest.approx([0, 10, 20, 60, 100, 100])


def test_a_load_is_reckoned_in_the_units_of_the_table() -> None:
    """A million articles a day at 86.4 ms are one core; a tenth of a wall is no wall."""
    unit = dict.fromkeys(UNIT, 0.0) | {"clean_ms": 86.4, "load_ms": 86.4, "elastic_per_s": 1.0}
    load = arithmetic.Load(1_000_000, 1_000)
    assert arithmetic.cleaning(unit, load) == pytest.approx(1.0)
    main_process = next(each for each in arithmetic.QUANTITIES if each.of is arithmetic.loading)
    assert arithmetic.wall(unit, main_process, 100) == pytest.approx(1_000_000, rel=0.01)
