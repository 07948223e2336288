# ruff: noqa: E501  (parts of a package, as they stand in the file)
"""A small workbook with everything that a careless writer loses, written by hand to the schema.

``build()`` gives the bytes of ``tests/fixtures/rich.xlsx``: slicer and cache, threaded comments with persons and
the legacy note, a form control, x14 formats, sparklines and validations, a pivot table, a chart, customXml, printer
settings, rich text, and leadbook's own tables under hidden rows of field keys. All names are invented.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rich_parts import (
    BUTTON_VML,
    CACHE,
    CALC,
    CHART_FRAME,
    CHART_PART,
    COMMENTS,
    CTRL,
    CUSTOM,
    DML,
    DOC,
    HEAD,
    MC,
    ML,
    MS,
    NOTE_VML,
    NS,
    PERSONS,
    PIVOT,
    PKG,
    SHARED,
    SLICER,
    SLICER_CACHE,
    SLICER_FRAME,
    STYLES_PART,
    THREADED,
    WORKBOOK,
    X14,
    XDR,
)

LEADS_KEYS = ["company_name", None, "need_level", "needed_by", "tier", "score"]
LEADS_HEAD = ["公司名称", "我的备注", "需求", "需要日期", "级别", "分数"]
LEADS = [
    ["Xưởng Sao Mai", "gọi lại", "high", 45400, None, None],
    ["明河机械", None, "low", 45410, "B", 3],
    ["North Pier Tools", "x & y", "mid", None, None, None],
    ["Thuyền Giấy", None, "high", 45420, None, None],
]
RESULTS_KEYS = ["rank", "lead_key", "score", "likelihood", "reviewed", None]
RESULTS_HEAD = ["Rank", "Lead", "Score", "Likelihood", "Reviewed", "My own"]
RESULTS = [
    [1, "k-sao-mai", 5, 0.8, 45390, "call first"],
    [2, "k-minghe", 4, 0.5, 45391, None],
    [3, "k-pier", 2, 0.25, 45392, "old friend"],
]
STYLES = {"text": 0, "wrap": 1, "int": 2, "number": 3, "percent": 4, "date": 5, "datetime": 6, "link": 7}


def cell(col: int, row: int, value: object, style: int = 0) -> str:
    """One cell: numbers plain, text inline."""
    head = f'<c r="{chr(64 + col)}{row}"' + (f' s="{style}"' if style else "")
    if value is None:
        return head + "/>" if style else ""
    if isinstance(value, int | float):
        return f"{head}><v>{value}</v></c>"
    if isinstance(value, str) and value.startswith("="):
        return f"{head}><f>{value[1:]}</f><v>0</v></c>"
    text = str(value).replace("&", "&amp;")
    return f'{head} t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, values: list, styles: list[int] | None = None, attributes: str = "") -> str:
    cells = "".join(cell(i + 1, number, v, styles[i] if styles else 0) for i, v in enumerate(values))
    return f'<row r="{number}" spans="1:{len(values)}"{attributes}>{cells}</row>'


def worksheet(rows: str, dimension: str, after: str, views: str = "") -> str:
    return (
        f'{HEAD}<worksheet xmlns="{NS}" xmlns:r="{DOC}" {MC} mc:Ignorable="x14ac xr" '
        f'xmlns:x14ac="{MS}spreadsheetml/2009/9/ac" xmlns:xr="{MS}spreadsheetml/2014/revision" '
        f'xr:uid="{{00000000-0001-0000-0000-000000000000}}"><dimension ref="{dimension}"/>'
        f'<sheetViews><sheetView {views}workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def table(number: int, name: str, ref: str, filter_ref: str, headers: list[str]) -> str:
    columns = "".join(f'<tableColumn id="{i + 1}" name="{h}"/>' for i, h in enumerate(headers))
    return (
        f'{HEAD}<table xmlns="{NS}" id="{number}" name="{name}" displayName="{name}" ref="{ref}" totalsRowShown="0">'
        f'<autoFilter ref="{filter_ref}"/><tableColumns count="{len(headers)}">{columns}</tableColumns>'
        '<tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" '
        'showColumnStripes="0"/></table>'
    )


def leads_sheet() -> str:
    body = "".join(
        row(6 + i, line, [0, 0, 0, 5, 8, 2], ' x14ac:dyDescent="0.25"') for i, line in enumerate(LEADS)
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        + row(4, LEADS_KEYS, None, ' hidden="1"')
        + row(5, LEADS_HEAD)
        + body
    )
    after = (
        '<conditionalFormatting sqref="A6:F9"><cfRule type="expression" dxfId="0" priority="1">'
        "<formula>ISNUMBER(MATCH($A6,LB_IssueKeys,0))</formula></cfRule></conditionalFormatting>"
        '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="C6:C9">'
        '<formula1>"high,mid,low"</formula1></dataValidation></dataValidations>'
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" r:id="rId1"/><legacyDrawing r:id="rId2"/>'
        '<tableParts count="1"><tablePart r:id="rId3"/></tableParts>'
        f'<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" {X14}><x14:dataValidations count="1">'
        '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>Lists!$A$3:$A$5</xm:f></x14:formula1>'
        "<xm:sqref>E6:E9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
    )
    return worksheet(rows, "A1:F9", after, 'tabSelected="1" ')


def results_sheet() -> str:
    body = "".join(row(6 + i, line, [2, 0, 2, 4, 5, 0]) for i, line in enumerate(RESULTS))
    rows = (
        row(1, ["Results"])
        + row(4, RESULTS_KEYS, None, ' hidden="1"')
        + row(5, RESULTS_HEAD)
        + body
        + row(20, [None] * 8 + ["=SUM(LB_Results[Score])", 7])
    )
    after = (
        '<conditionalFormatting sqref="C6:C8"><cfRule type="cellIs" dxfId="0" priority="2" operator="greaterThan">'
        "<formula>4</formula></cfRule></conditionalFormatting>"
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        '<drawing r:id="rId2"/><tableParts count="1"><tablePart r:id="rId1"/></tableParts><extLst>'
        f'<ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" {X14}><x14:conditionalFormattings>'
        '<x14:conditionalFormatting><x14:cfRule type="dataBar" id="{5A1B2C3D-0000-4000-8000-000000000001}">'
        '<x14:dataBar minLength="0" maxLength="100"><x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/>'
        '<x14:negativeFillColor rgb="FFFF0000"/><x14:axisColor rgb="FF000000"/></x14:dataBar></x14:cfRule>'
        "<xm:sqref>D6:D8</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" {X14}><x14:sparklineGroups><x14:sparklineGroup>'
        '<x14:colorSeries rgb="FF376092"/><x14:sparklines><x14:sparkline><xm:f>Results!C6:C8</xm:f>'
        "<xm:sqref>I3</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
        f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{MS}spreadsheetml/2010/11/main" {X14}>'
        '<x14:slicerList><x14:slicer r:id="rId3"/></x14:slicerList></ext></extLst>'
    )
    return worksheet(rows, "A1:J20", after)


def extras_sheet() -> str:
    rows = (
        row(1, ["Region", "Amount", "Region", "Sum of Amount"])
        + row(2, ["North", 10, "North", 10])
        + row(3, ["South", 20, "South", 20])
        + row(10, [None, None, None, "=B2+B3"])
        + "".join(row(12 + i, ["q", 1]) for i in range(3))
    )
    after = (
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        '<drawing r:id="rId1"/><legacyDrawing r:id="rId2"/>'
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls><mc:AlternateContent><mc:Choice Requires="x14">'
        '<control shapeId="3073" r:id="rId3" name="Button 1"><controlPr defaultSize="0" print="0" autoFill="0" '
        'autoPict="0"><anchor moveWithCells="1"><from>'
        + corner(5, 1)
        + "</from><to>"
        + corner(7, 3)
        + "</to></anchor></controlPr></control></mc:Choice></mc:AlternateContent></controls></mc:Choice>"
        "</mc:AlternateContent>"
    )
    return worksheet(rows, "A1:D14", after).replace(
        "<worksheet ", f'<worksheet xmlns:x14="{MS}spreadsheetml/2009/9/main" xmlns:xdr="{XDR}" ', 1
    )


def corner(col: int, line: int) -> str:
    return f"<xdr:col>{col}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{line}</xdr:row><xdr:rowOff>0</xdr:rowOff>"


def drawing(frame: str) -> str:
    return (
        f'{HEAD}<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{DML}"><xdr:twoCellAnchor><xdr:from>{corner(5, 10)}</xdr:from>'
        f"<xdr:to>{corner(12, 25)}</xdr:to>{frame}<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
    )


def rels(*targets: tuple[str, str]) -> str:
    """A relationships part; types without a scheme are the usual office ones."""
    items = "".join(
        f'<Relationship Id="rId{i + 1}" Type="{kind if kind.startswith("http") else DOC + "/" + kind}" '
        f'Target="{target}"/>'
        for i, (kind, target) in enumerate(targets)
    )
    return f'{HEAD}<Relationships xmlns="{PKG}relationships">{items}</Relationships>'


def lists_sheet() -> str:
    samples = row(1, list(STYLES), list(STYLES.values()))
    return worksheet(samples + "".join(row(3 + i, [f"k-{i}|need_level"]) for i in range(3)), "A1:H5", "")


def parts() -> dict[str, str | bytes]:
    """Every part of the package by name."""
    return {
        "_rels/.rels": rels(
            ("officeDocument", "xl/workbook.xml"),
            ("custom-properties", "docProps/custom.xml"),
            ("customXml", "customXml/item1.xml"),
        ),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": rels(
            *[("worksheet", f"worksheets/sheet{i}.xml") for i in (1, 2, 3, 4)],
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("calcChain", "calcChain.xml"),
            ("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
            (MS + "2007/relationships/slicerCache", "slicerCaches/slicerCache1.xml"),
            (MS + "2017/10/relationships/person", "persons/person.xml"),
        ),
        "xl/worksheets/sheet1.xml": leads_sheet(),
        "xl/worksheets/sheet2.xml": results_sheet(),
        "xl/worksheets/sheet3.xml": extras_sheet(),
        "xl/worksheets/sheet4.xml": lists_sheet(),
        "xl/worksheets/_rels/sheet1.xml.rels": rels(
            ("printerSettings", "../printerSettings/printerSettings1.bin"),
            ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("table", "../tables/table1.xml"),
            ("comments", "../comments1.xml"),
            (MS + "2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml"),
        ),
        "xl/worksheets/_rels/sheet2.xml.rels": rels(
            ("table", "../tables/table2.xml"),
            ("drawing", "../drawings/drawing2.xml"),
            (MS + "2007/relationships/slicer", "../slicers/slicer1.xml"),
        ),
        "xl/worksheets/_rels/sheet3.xml.rels": rels(
            ("drawing", "../drawings/drawing1.xml"),
            ("vmlDrawing", "../drawings/vmlDrawing2.vml"),
            ("ctrlProp", "../ctrlProps/ctrlProp1.xml"),
            ("pivotTable", "../pivotTables/pivotTable1.xml"),
        ),
        "xl/tables/table1.xml": table(1, "LB_Leads", "A5:F9", "A5:F9", LEADS_HEAD),
        "xl/tables/table2.xml": table(2, "LB_Results", "A5:F8", "A5:F8", RESULTS_HEAD),
        "xl/drawings/drawing1.xml": drawing(CHART_FRAME),
        "xl/drawings/_rels/drawing1.xml.rels": rels(("chart", "../charts/chart1.xml")),
        "xl/drawings/drawing2.xml": drawing(SLICER_FRAME),
        "xl/charts/chart1.xml": CHART_PART,
        "xl/drawings/vmlDrawing1.vml": NOTE_VML,
        "xl/drawings/vmlDrawing2.vml": BUTTON_VML,
        "xl/comments1.xml": COMMENTS,
        "xl/threadedComments/threadedComment1.xml": THREADED,
        "xl/persons/person.xml": PERSONS,
        "xl/ctrlProps/ctrlProp1.xml": CTRL,
        "xl/slicers/slicer1.xml": SLICER,
        "xl/slicerCaches/slicerCache1.xml": SLICER_CACHE,
        "xl/pivotTables/pivotTable1.xml": PIVOT,
        "xl/pivotCache/pivotCacheDefinition1.xml": CACHE,
        "xl/pivotTables/_rels/pivotTable1.xml.rels": rels(
            ("pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
        ),
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": rels(
            ("pivotCacheRecords", "pivotCacheRecords1.xml")
        ),
        "xl/pivotCache/pivotCacheRecords1.xml": f'{HEAD}<pivotCacheRecords xmlns="{NS}" count="2"><r><x v="0"/><n v="10"/></r>'
        '<r><x v="1"/><n v="20"/></r></pivotCacheRecords>',
        "xl/printerSettings/printerSettings1.bin": b"\x01\x02printer\xff\x00" * 9,
        "xl/styles.xml": STYLES_PART,
        "xl/sharedStrings.xml": SHARED,
        "xl/calcChain.xml": CALC,
        "docProps/custom.xml": CUSTOM,
        "customXml/item1.xml": '<memo xmlns="urn:example:memo">kept</memo>',
    }


TYPES = {
    "xl/workbook.xml": ML + "sheet.main+xml",
    "xl/worksheets/sheet": ML + "worksheet+xml",
    "xl/tables/": ML + "table+xml",
    "xl/styles.xml": ML + "styles+xml",
    "xl/sharedStrings.xml": ML + "sharedStrings+xml",
    "xl/calcChain.xml": ML + "calcChain+xml",
    "xl/comments1.xml": ML + "comments+xml",
    "xl/pivotTables/pivot": ML + "pivotTable+xml",
    "xl/pivotCache/pivotCacheDefinition1": ML + "pivotCacheDefinition+xml",
    "xl/pivotCache/pivotCacheRecords1": ML + "pivotCacheRecords+xml",
    "xl/drawings/drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "xl/charts/": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "xl/threadedComments/": "application/vnd.ms-excel.threadedcomments+xml",
    "xl/persons/": "application/vnd.ms-excel.person+xml",
    "xl/ctrlProps/": "application/vnd.ms-excel.controlproperties+xml",
    "xl/slicers/": "application/vnd.ms-excel.slicer+xml",
    "xl/slicerCaches/": "application/vnd.ms-excel.slicerCache+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}


def pack(content: dict[str, str | bytes]) -> bytes:
    """A package of the given parts, with content types, in fixed order and with fixed times."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>'
        for name in content
        for start, kind in TYPES.items()
        if name.startswith(start) and "_rels" not in name
    )
    types = (
        f'{HEAD}<Types xmlns="{PKG}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" ContentType='
        '"application/vnd.openxmlformats-officedocument.vmlDrawing"/><Default Extension="bin" ContentType='
        f'"{ML}printerSettings"/>{overrides}</Types>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in {"[Content_Types].xml": types, **content}.items():
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def build() -> bytes:
    """The bytes of the rich workbook."""
    return pack(parts())


if __name__ == "__main__":
    Path(__file__).parent.parent.joinpath("fixtures", "rich.xlsx").write_bytes(build())
