"""Agreement against published worked examples, an independent formula, and its own properties."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer.instrument.model import CHOICE, CHOICES, SCALE
from reviewer.moderation.agreement import (
    FEWEST,
    Item,
    agreement,
    intervals,
    jaccard,
    kappa,
    linear,
    nominal,
    quadratic,
)

DIAGNOSES = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
SKIN = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]
COUPLES = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
FLEISS = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]


def plainly(table, distance):
    """Kappa as 1 - mean observed distance / mean distance of every row entry with every column
    entry: a formula without expected tables, in exact fractions."""
    points = len(table)
    cells = [
        (i, j, Fraction(table[i][j]).limit_denominator(10**6))
        for i in range(points)
        for j in range(points)
    ]

    def apart(i, j):
        return Fraction(distance(i, j, points)).limit_denominator(10**6)

    everything = sum(weight for _, _, weight in cells)
    observed = sum(weight * apart(i, j) for i, j, weight in cells) / everything
    by_chance = sum(w * v * apart(i, m) for i, _, w in cells for _, m, v in cells) / everything**2
    return 1 - observed / by_chance


def standard_error(table):
    """Of weighted kappa with linear weights in a large sample: Fleiss, Cohen and Everitt (1969)."""
    n, points = sum(map(sum, table)), range(len(table))
    p = [[count / n for count in row] for row in table]
    alike = [[1 - linear(i, j, len(table)) for j in points] for i in points]
    rows, columns = [sum(row) for row in p], [sum(row[j] for row in p) for j in points]
    of_row = [sum(alike[i][j] * columns[j] for j in points) for i in points]
    of_column = [sum(alike[i][j] * rows[i] for i in points) for j in points]
    by_chance = sum(rows[i] * of_row[i] for i in points)
    k = kappa(table)
    spread = sum(
        p[i][j] * (alike[i][j] - (of_row[i] + of_column[j]) * (1 - k)) ** 2
        for i in points
        for j in points
    )
    return math.sqrt((spread - (k - by_chance * (1 - k)) ** 2) / n) / (1 - by_chance)


def as_item(table, kind=SCALE):
    """The pairs that make up a table, as an item."""
    options = tuple("abcdefg"[: len(table)])
    pairs = [
        (frozenset(options[i]), frozenset(options[j]))
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        for _ in range(count)
    ]
    return Item(kind, options, dict(enumerate(pairs)))


def test_two_readers_and_two_answers():
    """The table of 20, 5, 10 and 15 grant proposals of the Wikipedia article on Cohen's kappa."""
    assert kappa([[20, 5], [10, 15]], nominal) == pytest.approx(0.40)
    assert kappa([[20, 5], [10, 15]], linear) == pytest.approx(0.40)  # two options: the same


def test_cohen_1968_with_the_weights_of_its_table_1():
    """J. Cohen, Weighted kappa, Psychological Bulletin 70 (1968): kappa .492, weighted .348, and
    .353 with the weights that are not symmetric. Table and values also stand in the manual of the
    R package psych (cohen.kappa)."""
    symmetric, not_symmetric = [[0, 1, 3], [1, 0, 6], [3, 6, 0]], [[0, 1, 4], [1, 0, 6], [2, 2, 0]]
    assert kappa(DIAGNOSES, nominal) == pytest.approx(0.492, abs=0.0005)
    assert kappa(DIAGNOSES, lambda i, j, _: symmetric[i][j]) == pytest.approx(0.348, abs=0.0005)
    assert kappa(DIAGNOSES, lambda i, j, _: not_symmetric[i][j]) == pytest.approx(0.353, abs=0.0005)


def test_fleiss_cohen_and_everitt_1969():
    """Large sample standard errors of kappa and weighted kappa, Psychological Bulletin 72 (1969):
    kappa .429, weighted .507, with the weights of similarity that the paper prints."""
    alike = [[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]]
    assert kappa(FLEISS, nominal) == pytest.approx(0.429, abs=0.0005)
    assert kappa(FLEISS, lambda i, j, _: 1 - alike[i][j]) == pytest.approx(0.507, abs=0.0005)


def test_linear_weights_of_the_sas_manual():
    """SAS, PROC FREQ, “Agreement Study” (data set SkinCondition, two dermatologists and 88
    patients): simple kappa 0.3449, weighted kappa 0.5082 with Cicchetti-Allison (linear) weights.
    """
    assert kappa(SKIN, nominal) == pytest.approx(0.3449, abs=0.00005)
    assert kappa(SKIN, linear) == pytest.approx(0.5082, abs=0.00005)


def test_linear_weights_of_the_r_package_vcd():
    """The data set SexualFun (91 married couples, in A. Agresti, Categorical Data Analysis, 1990)
    in vcd::Kappa: unweighted 0.1293, weighted with equal spacing (linear) 0.2374."""
    assert kappa(COUPLES, nominal) == pytest.approx(0.1293, abs=0.00005)
    assert kappa(COUPLES, linear) == pytest.approx(0.2374, abs=0.00005)


@pytest.mark.parametrize("distance", [nominal, linear, quadratic])
@pytest.mark.parametrize("table", [DIAGNOSES, SKIN, COUPLES, FLEISS])
def test_an_independent_formula_gives_the_same(table, distance):
    assert kappa(table, distance) == pytest.approx(float(plainly(table, distance)))


def test_jaccard_of_published_sets():
    """C. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval (2008), 3.3.4: the
    bigrams of bord and boardroom, 2 / (8 + 3 - 2)."""
    bord = frozenset({"bo", "or", "rd"})
    boardroom = frozenset({"bo", "oa", "ar", "rd", "dr", "ro", "oo", "om"})
    assert jaccard(bord, boardroom) == pytest.approx(2 / (8 + 3 - 2))
    assert jaccard(frozenset(), frozenset()) == 1
    assert jaccard(frozenset("a"), frozenset()) == 0


def test_pairs_give_the_same_as_their_table():
    found = agreement([as_item(SKIN)])
    assert found.kappa == pytest.approx(kappa(SKIN))
    assert found.same == pytest.approx((10 + 10 + 12 + 13) / 88)
    assert (found.n, found.kappa_n, found.jaccard, found.jaccard_n) == (88, 88, None, 0)
    unordered = agreement([as_item(SKIN, CHOICE)])
    assert unordered.kappa == pytest.approx(kappa(SKIN, nominal))


def test_not_applicable_is_an_answer_and_no_point_on_the_scale():
    yes, no = frozenset({"a"}), frozenset({"b"})
    item = Item(
        SCALE,
        ("a", "b"),
        {1: (yes, None), 2: (None, None), 3: (yes, yes), 4: (no, no), 5: (no, yes)},
    )
    found = agreement([item])
    assert (found.same, found.n) == (3 / 5, 5)
    assert found.kappa_n == 3
    assert found.kappa == pytest.approx(kappa([[1, 0], [1, 1]]))


def test_one_cell_has_no_kappa_and_nothing_at_all_has_no_figure():
    item = as_item([[6, 0], [0, 0]])
    assert (agreement([item]).same, agreement([item]).kappa) == (1, None)
    assert kappa([[6, 0], [0, 0]]) is None
    assert kappa([[0, 6], [0, 0]]) == 0  # they always differ, each with one answer: no more
    nothing = agreement([])
    assert (nothing.same, nothing.n, nothing.kappa, nothing.jaccard) == (None, 0, None, None)
    assert intervals([item]).kappa is None


def test_several_questions_are_pooled():
    """De Vries and others 2008: mean observed and mean expected agreement over the questions, then
    kappa of the two; here with as many pairs on each question, as there."""
    tables = [[[20, 5], [10, 15]], [[30, 2], [3, 15]], [[25, 0], [25, 0]]]
    counts = [sum(map(sum, table)) for table in tables]
    observed = [(t[0][0] + t[1][1]) / n for t, n in zip(tables, counts, strict=True)]
    expected = [
        ((t[0][0] + t[0][1]) * (t[0][0] + t[1][0]) + (t[1][0] + t[1][1]) * (t[0][1] + t[1][1]))
        / n**2
        for t, n in zip(tables, counts, strict=True)
    ]
    mean_observed, mean_expected = sum(observed) / 3, sum(expected) / 3
    found = agreement([as_item(table) for table in tables])
    assert found.kappa == pytest.approx((mean_observed - mean_expected) / (1 - mean_expected))
    # A question on which nobody ever differed or varied changes nothing but the share.
    with_another = agreement([*map(as_item, tables), as_item([[9, 0], [0, 0]])])
    assert with_another.kappa == pytest.approx(found.kappa)
    assert with_another.same > found.same


def test_choices_are_a_mean_over_the_pairs():
    item = Item(
        CHOICES,
        ("a", "b", "c"),
        {
            1: (frozenset("ab"), frozenset("b")),
            2: (frozenset("abc"), frozenset("abc")),
            3: (frozenset("a"), None),
            4: (frozenset("a"), frozenset("c")),
        },
    )
    found = agreement([item])
    assert (found.jaccard, found.jaccard_n) == (pytest.approx((0.5 + 1 + 0) / 3), 3)
    assert (found.same, found.n, found.kappa) == (1 / 4, 4, None)


def test_an_interval_is_of_systems_and_the_same_every_time():
    item = as_item(SKIN)
    found = intervals([item])
    assert found == intervals([item])
    low, high = found.kappa
    assert low < kappa(SKIN) < high
    assert high - low == pytest.approx(2 * 1.96 * standard_error(SKIN), rel=0.1)
    # Ten questions answered alike by the same readers are no more systems than one question.
    assert intervals([item] * 10).kappa == pytest.approx(found.kappa)
    assert intervals([as_item([[FEWEST - 1, 0], [0, 0]])]) is None


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    """40 rounds of 20 systems and 30 questions, where the second reader repeats the first with a
    chance that differs between systems, and else draws an answer."""
    random_ = random.Random(2)
    shares = {"a": 0.5, "b": 0.3, "c": 0.2}

    def draw():
        return frozenset(random_.choices(list(shares), list(shares.values())))

    def make_round(systems, questions):
        chance = [random_.gauss(0.65, 0.1) for _ in range(systems)]
        pairs = [{} for _ in range(questions)]
        for of_question in pairs:
            for system in range(systems):
                one = draw()
                of_question[system] = (one, one if random_.random() < chance[system] else draw())
        return [Item(SCALE, tuple(shares), of_question) for of_question in pairs]

    truth = agreement(make_round(4000, 10)).kappa
    assert truth == pytest.approx(0.65, abs=0.01)  # repeating is what is beyond chance here
    held = 0
    for _ in range(40):
        low, high = intervals(make_round(20, 30)).kappa
        held += low <= truth <= high
    assert 35 <= held <= 40


# Properties ---------------------------------------------------------------------------------------

OPTIONS = ("a", "b", "c", "d")
single = st.sampled_from(OPTIONS).map(frozenset)
pairs = st.dictionaries(
    st.integers(1, 60),
    st.tuples(st.one_of(st.none(), single), st.one_of(st.none(), single)),
    min_size=1,
)
sets = st.frozensets(st.sampled_from(OPTIONS))


def measures(item):
    found = agreement([item])
    return found.same, found.kappa, found.jaccard


@given(pairs, st.sampled_from([SCALE, CHOICE]))
def test_it_does_not_matter_who_is_called_the_first(drawn, kind):
    turned = {system: (other, one) for system, (one, other) in drawn.items()}
    one, other = measures(Item(kind, OPTIONS, drawn)), measures(Item(kind, OPTIONS, turned))
    assert one == pytest.approx(other)


@given(pairs, st.sampled_from([SCALE, CHOICE]))
def test_full_agreement_is_1_and_nothing_is_more(drawn, kind):
    alike = {system: (one, one) for system, (one, _) in drawn.items()}
    assert measures(Item(kind, OPTIONS, alike)) in ((1, 1, None), (1, None, None))
    same, found, _ = measures(Item(kind, OPTIONS, drawn))
    assert 0 <= same <= 1
    assert found is None or found <= 1


@given(pairs, st.permutations(OPTIONS))
def test_names_of_options_do_not_matter_where_they_have_no_order(drawn, others):
    renamed = dict(zip(OPTIONS, others, strict=True))

    def rename(value):
        return value and frozenset(renamed[option] for option in value)

    turned = {system: (rename(one), rename(other)) for system, (one, other) in drawn.items()}
    assert measures(Item(CHOICE, OPTIONS, drawn)) == pytest.approx(
        measures(Item(CHOICE, OPTIONS, turned))
    )


@given(pairs)
def test_a_scale_turned_round_is_as_far_apart(drawn):
    assert measures(Item(SCALE, OPTIONS, drawn)) == pytest.approx(
        measures(Item(SCALE, OPTIONS[::-1], drawn))
    )


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_systems_does_not_matter(drawn, random_):
    assume(len(drawn) >= FEWEST)
    shuffled = list(drawn.items())
    random_.shuffle(shuffled)
    one, other = Item(SCALE, OPTIONS, drawn), Item(SCALE, OPTIONS, dict(shuffled))
    assert measures(one) == pytest.approx(measures(other))
    assert vars(intervals([one])) == {
        name: found and pytest.approx(found) for name, found in vars(intervals([other])).items()
    }


@given(sets, sets)
def test_jaccard_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= jaccard(one, other) <= 1
    assert jaccard(one, other) == jaccard(other, one)
    assert (jaccard(one, other) == 1) == (one == other)
