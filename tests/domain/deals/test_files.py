"""Files from a CRM: what is good goes through, what is not is named with its line."""

from datetime import date

import pytest

from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import Delivery, LineRefused, read_deals, read_deliveries
from kloof.domain.errors import BadInput

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
GOOD = (
    "D-1,Jan de Boer,Jan@Home.example,nl,anouk@firm.example,Utrecht,Midden,Warmtepomp,installation,2026-03-02"
)


def lines(text: str) -> list[tuple[int, DealLine | LineRefused]]:
    return list(read_deals(text, "deals.csv"))


def reasons(text: str) -> str:
    (_, refused), *_ = lines(text)
    assert isinstance(refused, LineRefused)
    return "; ".join(refused.reasons)


def test_a_good_line_becomes_a_deal_with_addresses_in_lower_case() -> None:
    [(number, deal)] = lines(f"{HEADER}\n{GOOD}\n")
    assert number == 2
    assert isinstance(deal, DealLine)
    assert (deal.customer_email, deal.sold_on) == ("jan@home.example", date(2026, 3, 2))


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_semicolons_byte_order_mark_and_line_ends_of_excel_are_no_obstacle(bom: str, ending: str) -> None:
    excel = bom + ending.join([HEADER, GOOD]).replace(",", ";") + ending
    assert lines(excel) == lines(f"{HEADER}\n{GOOD}\n")


def test_a_quoted_name_with_a_comma_and_a_line_break_keeps_the_line_numbers_right() -> None:
    odd = GOOD.replace("Jan de Boer", '"Boer, de\nand sons"').replace("D-1", "D-0")
    (first, folded), (second, good) = lines(f"{HEADER}\n{odd}\n{GOOD}\n")
    assert (first, second) == (2, 4)
    assert isinstance(folded, DealLine)
    assert folded.customer_name == "Boer, de and sons", "a line break could become a mail header"
    assert isinstance(good, DealLine)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "Jan@Home.example",
            "jan.home.example",
            "customer_email jan.home.example is not an e-mail address",
        ),
        ("Jan@Home.example", "jan@home.example\tBcc: x@y.z", "is not an e-mail address"),
        (",nl,", ",fr,", "language 'fr' is not one of nl, en"),
        ("2026-03-02", "2-3-2026", "sold_on '2-3-2026' is not a date like 2026-03-31"),
        ("2026-03-02", "", "sold_on is empty"),
        ("Utrecht", "", "team is empty"),
        ("Warmtepomp", "x" * 201, "product holds 201 characters, and at most 200 fit"),
        ("D-1", "x" * 101, "deal_id holds 101 characters, and at most 100 fit"),
        ("Warmtepomp", "Warmte,pomp", "it has 11 fields, the header has 10"),
    ],
)
def test_a_bad_cell_is_named_with_what_is_wrong(before: str, after: str, reason: str) -> None:
    assert reason in reasons(f"{HEADER}\n{GOOD.replace(before, after)}\n")


def test_every_reason_of_a_line_is_given_at_once() -> None:
    bad = GOOD.replace(",nl,", ",fr,").replace("2026-03-02", "yesterday").replace("Utrecht", "")
    assert reasons(f"{HEADER}\n{bad}\n").count(";") == 2


def test_the_same_deal_twice_in_a_file_is_refused_the_second_time() -> None:
    (_, first), (_, second) = lines(f"{HEADER}\n{GOOD}\n{GOOD}\n")
    assert isinstance(first, DealLine)
    assert isinstance(second, LineRefused)
    assert second.reasons == ("deal_id D-1 stands on line 2 already",)


def test_a_practice_is_a_date_in_a_column_of_its_own() -> None:
    [(_, deal)] = lines(f"{HEADER},joint_visit_on,aftercare_call_on\n{GOOD},2026-03-05,\n")
    assert isinstance(deal, DealLine)
    assert deal.practices == {"joint_visit": date(2026, 3, 5)}


def test_delivery_cannot_be_planned_before_the_sale() -> None:
    assert "is before sold_on" in reasons(f"{HEADER},delivery_planned_on\n{GOOD},2026-03-01\n")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (HEADER.replace(",team", ""), "deals.csv:1: column team is missing."),
        (f"{HEADER},joint_vist_on", "column 'joint_vist_on' is not known. Did you mean joint_visit_on?"),
        (f"{HEADER},team", "column team stands there twice."),
        ("", "column deal_id is missing."),
    ],
)
def test_a_header_that_cannot_be_used_refuses_the_file_and_says_what_may_stand_in_it(
    header: str, problem: str
) -> None:
    with pytest.raises(BadInput) as refused:
        lines(f"{header}\n{GOOD}\n")
    assert any(problem in found for found in refused.value.problems)
    assert "delivery_planned_on" in str(refused.value)


def test_an_open_quote_refuses_the_file_with_the_line_where_it_opens() -> None:
    with pytest.raises(BadInput, match=r"deals\.csv:3"):
        lines(f'{HEADER}\n{GOOD}\nD-2,"never closed\n')


def test_deliveries_are_read_the_same_way() -> None:
    found = list(read_deliveries("deal_id;delivered_on\nD-1;2026-05-01\nD-2;soon\n", "delivered.csv"))
    assert found[0] == (2, Delivery("D-1", date(2026, 5, 1)))
    number, refused = found[1]
    assert isinstance(refused, LineRefused)
    assert (number, refused.reasons) == (3, ("delivered_on 'soon' is not a date like 2026-03-31",))
