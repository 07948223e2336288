"""Names, titles, decision chains and means of contact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.intake.values.chain import decision_chain, print_decision_chain
from leadbook.intake.values.contact import contact_means
from leadbook.intake.values.names import contact_name, mask_name
from leadbook.intake.values.text import people
from leadbook.intake.values.titles import c_level, role_of_title

LANGS = ("en", "zh-Hans", "zh-Hant", "vi")


@pytest.mark.req("F05")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张*", "张*"), ("張＊", "張*"), ("张 **", "张*"), ("张某某", "张*"), ("李XX", "李*"),
        ("张", "张*"), ("欧阳", "欧阳*"),
        ("司馬", "司馬*"), ("张总", "张*"), ("李经理", "李*"), ("王*明", "王*明"), ("Nguyễn *", "Nguyễn *"),
        ("Nguyễn", "Nguyễn *"),
        ("Li ***", "Li *"), ("Li*", "Li*"), ("J*", "J*"), ("Mr. Li", "Li *"), ("张*、李*", "张*、李*"),
    ],
)  # fmt: skip
def test_masked_names_are_stored_masked(typed, stored):
    parsed = contact_name(typed)
    assert (parsed.value, parsed.problem) == (stored, None)


@pytest.mark.req("F05", "P03")
@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("张伟", "张*"), ("張大偉", "張*"), ("欧阳小明", "欧阳*"), ("司馬相如", "司馬*"),
        ("张伟经理", "张*"), ("张和平", "张*"),
        ("Nguyễn Văn An", "Nguyễn *"), ("Tran Thi B", "Tran *"), ("Anh Nam", "N*"), ("John Smith", "J*"),
        ("Mr. John Smith", "J*"),
        ("张伟、李*", "张*、李*"), ("Nguyễn Văn *", "Nguyễn *"),
    ],
)  # fmt: skip
def test_a_name_in_full_gets_a_proposed_mask(typed, masked):
    parsed = contact_name(typed)
    assert parsed.value == typed
    assert (parsed.problem.name, parsed.problem.params) == ("contact_unmasked", {"masked": masked})


@pytest.mark.req("F05")
@given(st.text(max_size=20))
@settings(max_examples=200)
def test_a_mask_is_final(name):
    masked = mask_name(name)
    assert mask_name(masked) == masked
    parsed = contact_name(masked)
    assert parsed.problem is None and parsed.value == (masked or None)


@pytest.mark.req("F05")
@given(
    st.sampled_from(["张", "欧阳", "Nguyễn ", "Smith "]),
    st.text(st.sampled_from("伟明芳娜静强磊军洋勇"), min_size=2, max_size=2),
)
def test_no_given_name_survives_masking(family, given_name):
    assert not set(given_name) & set(mask_name(family + given_name))


TITLES = {
    "zh-Hans": {
        "decides": ["总经理", "董事长", "财务总监", "厂长", "老板"],
        "influences": ["生产总监", "技术主管", "副总经理", "高级工程师", "IT部门经理"],
        "executes": ["采购经理", "采购员", "总经理助理", "行政专员"],
        "uses": ["操作工", "一线操作员", "技术员"],
    },
    "zh-Hant": {
        "decides": ["總經理", "董事長", "執行長", "財務長"],
        "influences": ["生產總監", "資訊長", "副總經理", "專案經理"],
        "executes": ["採購經理", "總經理秘書", "會計"], "uses": ["操作員", "技術員", "作業員"],
    },
    "vi": {
        "decides": ["Giám đốc điều hành", "Tổng giám đốc", "Giám đốc", "Chủ tịch HĐQT", "giam doc"],
        "influences": ["Phó giám đốc", "Giám đốc sản xuất", "Trưởng phòng kỹ thuật", "Kỹ sư"],
        "executes": ["Trưởng phòng mua hàng", "Trợ lý giám đốc", "Kế toán"],
        "uses": ["Nhân viên vận hành", "Công nhân", "Người dùng"],
    },
    "en": {
        "decides": ["CEO", "Chief Executive Officer", "General Manager", "Owner"],
        "influences": ["CTO", "Vice President", "Engineer", "Head of Production"],
        "executes": ["Procurement Manager", "procurement manager", "Buyer",
            "Assistant to the General Manager"], "uses": ["Machine Operator", "operator", "End user"],
    },
}  # fmt: skip


@pytest.mark.req("F06", "C05")
@pytest.mark.parametrize(
    ("title", "role"),
    [(title, role) for lang in TITLES.values() for role, titles in lang.items() for title in titles],
)
def test_titles_have_a_role_in_every_language(title, role):
    assert role_of_title(title) == role


@pytest.mark.req("F06")
def test_an_unknown_title_has_no_role():
    assert role_of_title("xyz") is None and role_of_title("") is None
    assert not c_level("xyz")


@pytest.mark.req("C19")
@pytest.mark.parametrize(
    ("title", "top"),
    [("总经理", True), ("董事長", True), ("CEO", True), ("cto", True), ("Tổng giám đốc", True),
        ("Owner", True), ("副总经理", False),
     ("总经理助理", False), ("Phó giám đốc", False), ("Giám đốc sản xuất", False),
     ("Vice President", False), ("采购经理", False)],
)  # fmt: skip
def test_top_management(title, top):
    assert c_level(title) is top


@pytest.mark.req("F08")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("最终决策人：总经理李*；影响者：技术主管王*",
            [("decides", "总经理", "李*"), ("influences", "技术主管", "王*")]),
        ("最終決策人：總經理李＊，影響者：技術主管王＊",
            [("decides", "總經理", "李*"), ("influences", "技術主管", "王*")]),
        ("最终决策人：总经理李；影响者：技术主管王",
            [("decides", "总经理", "李*"), ("influences", "技术主管", "王*")]),
        ("影响者：技术主管王*、工程师赵*",
            [("influences", "技术主管", "王*"), ("influences", "工程师", "赵*")]),
        ("决策人：李*（总经理）\n使用者：操作工欧阳*",
            [("decides", "总经理", "李*"), ("uses", "操作工", "欧阳*")]),
        ("决策人：李总", [("decides", "总", "李*")]), ("决策人：总经理", [("decides", "总经理", "")]),
        ("影响者：华东区销售总监", [("influences", "华东区销售总监", "")]),
        ("影响者：研发和生产总监张*", [("influences", "研发和生产总监", "张*")]),
        ("Người quyết định: Tổng giám đốc Nguyễn *; Người ảnh hưởng: Trưởng phòng kỹ thuật Trần *",
         [("decides", "Tổng giám đốc", "Nguyễn *"), ("influences", "Trưởng phòng kỹ thuật", "Trần *")]),
        ("Decision maker: CEO Li*; Influencer: CTO Wang*; User: operator J*",
         [("decides", "CEO", "Li*"), ("influences", "CTO", "Wang*"), ("uses", "operator", "J*")]),
    ],
)  # fmt: skip
def test_decision_chains(typed, expected):
    parsed = decision_chain(typed)
    assert [tuple(link.values()) for link in parsed.value] == expected
    assert parsed.problem is None


@pytest.mark.req("F08", "F05")
@pytest.mark.parametrize(
    ("typed", "given_name"),
    [("决策人：总经理李明", "明"), ("决策人：李明总监", "明"), ("执行人：采购经理张伟民", "伟民"),
        ("决策人：李建国", "建国"),
     ("Decision maker: CEO John Smith", "Smith"), ("Decision maker: John Smith (CEO)", "Smith"),
     ("Người quyết định: Giám đốc Nguyễn Văn An", "An")],
)  # fmt: skip
def test_a_chain_never_gives_a_name_in_full(typed, given_name):
    parsed = decision_chain(typed)
    assert parsed.problem.name == "contact_unmasked"
    assert given_name not in str(parsed.value) + parsed.problem.params["masked"]
    assert decision_chain(parsed.problem.params["masked"]).value == parsed.value
    assert decision_chain(parsed.problem.params["masked"]).problem is None


@pytest.mark.req("F08")
@pytest.mark.parametrize("typed", ["总经理李*", "很清楚", "决策人：", 5.0])
def test_a_chain_without_roles_is_unreadable(typed):
    parsed = decision_chain(typed)
    assert parsed.value is None and parsed.problem.name == "chain_unreadable"


def test_an_unreadable_group_does_not_cost_the_others():
    parsed = decision_chain("最终决策人：李*；待定；使用者：操作工王*")
    assert len(parsed.value) == 2 and parsed.problem.name == "chain_unreadable"


LINKS = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["decides", "influences", "executes", "uses"]),
        "title": st.sampled_from(
            ["总经理", "技術主管", "CEO", "Tổng giám đốc", "Head of Production", "Kỹ sư", "采购经理", "总"]
        ),
        "name": st.sampled_from(["李*", "歐陽*", "Nguyễn *", "J*", "Li*"]),
    }
)


@pytest.mark.req("F08")
@given(
    st.lists(LINKS, min_size=1, max_size=5, unique_by=lambda link: tuple(link.values())),
    st.sampled_from(LANGS),
)
@settings(max_examples=150)
def test_printed_chain_reads_back_the_same(chain, lang):
    assert decision_chain(print_decision_chain(chain, lang)).value == chain


CHAIN_WORDS = [
    "最终决策人", "影响者", "使用者", "User", "Influencer", "：", ":", "；", "、", ",", "(", ")", "-", "*",
    "总经理", "李", "王明", "欧阳", "CEO", "John", "Nguyễn", "Văn", "Giám", "đốc", "和", "và", "某", "abc",
]  # fmt: skip
CHAIN_TEXT = st.lists(st.sampled_from(CHAIN_WORDS), max_size=14).map(" ".join)


@pytest.mark.req("F08")
@given(
    CHAIN_TEXT | CHAIN_TEXT.map(lambda text: text.replace(" ", "")) | st.text(max_size=40),
    st.sampled_from(LANGS),
)
@settings(max_examples=400)
def test_any_understood_chain_prints_stably(typed, lang):
    chain = decision_chain(typed).value
    if chain:
        printed = print_decision_chain(chain, lang)
        again = decision_chain(printed).value
        assert again and print_decision_chain(again, lang) == printed


@pytest.mark.req("F07")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13812345678", [("phone", "13812345678")]), (13812345678.0, [("phone", "13812345678")]),
        ("138 1234-5678", [("phone", "13812345678")]), ("+86 138 1234 5678", [("phone", "+8613812345678")]),
        ("010-88886666", [("phone", "01088886666")]), ("021-88886666转801", [("phone", "02188886666-801")]),
        ("400-820-8820", [("phone", "4008208820")]),
        ("0912-345-678", [("phone", "0912345678")]), ("+886 912 345 678", [("phone", "+886912345678")]),
        ("(02) 2345-6789 #12", [("phone", "0223456789-12")]),
        ("+852 2345 6789", [("phone", "+85223456789")]), ("+84 912 345 678", [("phone", "+84912345678")]),
        ("0352345678", [("phone", "0352345678")]),
        ("02838221234", [("phone", "02838221234")]), ("0084 912345678", [("phone", "+84912345678")]),
        ("+1 415 555 0123", [("phone", "+14155550123")]),
        ("A.B@Example.com", [("email", "a.b@example.com")]),
        ("邮箱：a@example.cn", [("email", "a@example.cn")]),
        ("微信: abc_123", [("wechat", "abc_123")]), ("WeChat: abc_123", [("wechat", "abc_123")]),
        ("Zalo: 09.12.34.56.78", [("zalo", "0912345678")]),
        ("LINE ID: foo.bar", [("line", "foo.bar")]), ("QQ:12345678", [("other", "qq:12345678")]),
        ("电话：13812345678；微信：abc_123", [("phone", "13812345678"), ("wechat", "abc_123")]),
        ("13812345678（微信同号）", [("phone", "13812345678"), ("wechat", "13812345678")]),
        ("13812345678 / 13912345678", [("phone", "13812345678"), ("phone", "13912345678")]),
    ],
)  # fmt: skip
def test_means_of_contact(typed, expected):
    parsed = contact_means(typed)
    assert ([tuple(means.values()) for means in parsed.value], parsed.problem) == (expected, None)


@pytest.mark.req("F07")
@pytest.mark.parametrize(
    "typed",
    [
        "138123",
        "12812345678",
        "abc@x",
        "a..b@example.com",
        "138****5678",
        "ask the desk",
        "0123456789",
        3.5,
        "Zalo: abc",
    ],
)
def test_invalid_means_of_contact(typed):
    parsed = contact_means(typed)
    assert parsed.value is None
    assert parsed.problem.name == "contact_invalid" and set(parsed.problem.params) == {"value"}


@pytest.mark.req("F07")
def test_a_lost_leading_zero_is_restored_and_said():
    parsed = contact_means(912345678.0)
    assert (parsed.value, parsed.problem.name) == (
        [{"kind": "phone", "value": "0912345678"}],
        "leading_zero_restored",
    )


def test_a_bad_number_does_not_cost_the_good_one():
    parsed = contact_means("13812345678, 138123")
    assert len(parsed.value) == 1 and parsed.problem.name == "contact_invalid"


@pytest.mark.req("F19")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [("张三、李四", ["张三", "李四"]), ("张三和李四", ["张三", "李四"]), ("张和平", ["张和平"]),
        ("销售代表,技术支持", ["销售代表", "技术支持"]),
     ("Lan và Nam", ["Lan", "Nam"]), ("Ann; Bob / Cy\nDee and Eve", ["Ann", "Bob", "Cy", "Dee", "Eve"]),
     ("A、A", ["A"]), (" ", None)],
)  # fmt: skip
def test_lists_of_people(typed, expected):
    assert people(typed).value == expected


@given(st.text(max_size=40) | st.floats() | st.booleans())
@settings(max_examples=300)
def test_no_value_makes_the_people_parsers_fail(raw):
    for parser in (contact_name, decision_chain, contact_means, people):
        parsed = parser(raw)
        assert parsed.problem is None or isinstance(parsed.problem.name, str)
    role_of_title(str(raw))
    c_level(str(raw))
