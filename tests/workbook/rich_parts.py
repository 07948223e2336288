# ruff: noqa: E501  (parts of a package, as they stand in the file)
"""The parts of the rich workbook that leadbook never touches, original text to the ECMA-376 schema."""

from __future__ import annotations

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006/"
MS = "http://schemas.microsoft.com/office/"
ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
X14 = f'xmlns:x14="{MS}spreadsheetml/2009/9/main" xmlns:xm="{MS}excel/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"

CHART_FRAME = (
    '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/>'
    '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
    f'<a:graphicData uri="{CHART}"><c:chart xmlns:c="{CHART}" xmlns:r="{DOC}" r:id="rId1"/></a:graphicData></a:graphic>'
    "</xdr:graphicFrame>"
)
SLICER_FRAME = (
    f'<mc:AlternateContent {MC}><mc:Choice xmlns:sle15="{MS}drawing/2012/slicer" Requires="sle15"><xdr:graphicFrame macro="">'
    '<xdr:nvGraphicFramePr><xdr:cNvPr id="3" name="Lead"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
    f'<a:graphicData uri="{MS}drawing/2010/slicer"><sle:slicer xmlns:sle="{MS}drawing/2010/slicer" name="Lead"/>'
    '</a:graphicData></a:graphic></xdr:graphicFrame></mc:Choice><mc:Fallback><xdr:sp macro="" textlink=""><xdr:nvSpPr>'
    '<xdr:cNvPr id="0" name=""/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/>'
    '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp></mc:Fallback></mc:AlternateContent>'
)
CHART_PART = (
    f'{HEAD}<c:chartSpace xmlns:c="{CHART}" xmlns:a="{DML}" xmlns:r="{DOC}"><c:chart><c:plotArea><c:layout/><c:barChart>'
    '<c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
    "<c:cat><c:strRef><c:f>Extras!$A$2:$A$3</c:f></c:strRef></c:cat><c:val><c:numRef><c:f>Extras!$B$2:$B$3</c:f></c:numRef>"
    '</c:val></c:ser><c:axId val="11"/><c:axId val="12"/></c:barChart><c:catAx><c:axId val="11"/><c:scaling>'
    '<c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="12"/></c:catAx><c:valAx>'
    '<c:axId val="12"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>'
    '<c:crossAx val="11"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
)
VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="{t}" coordsize="21600,21600" o:spt="{s}" '
    'path="m,l,21600r21600,l21600,xe"/><v:shape id="{i}" type="#{t}" style="position:absolute;visibility:hidden">'
    '<x:ClientData ObjectType="{k}">{d}</x:ClientData></v:shape></xml>'
)
NOTE_VML = VML.format(
    t="_x0000_t202",
    s=202,
    i="_x0000_s1025",
    k="Note",
    d="<x:Anchor>2,15,5,2,4,15,9,2</x:Anchor><x:Row>6</x:Row><x:Column>0</x:Column>",
)
BUTTON_VML = VML.format(
    t="_x0000_t201",
    s=201,
    i="_x0000_s3073",
    k="Button",
    d="<x:Anchor>5,0,1,0,7,0,3,0</x:Anchor><x:FmlaMacro>[0]!Refresh</x:FmlaMacro>",
)
PERSON = "{11111111-2222-4333-8444-555555555555}"
REMARK = "{66666666-7777-4888-8999-000000000000}"
FONT = '<font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>'
XFS = "".join(
    f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"{extra}'
    for n, extra in [
        (0, "/>"),
        (0, ' applyAlignment="1"><alignment wrapText="1"/></xf>'),
        (1, "/>"),
        (4, "/>"),
        (9, "/>"),
        (164, "/>"),
        (165, "/>"),
        (0, "/>"),
        (49, "/>"),
    ]
)
STYLES_PART = (
    f'{HEAD}<styleSheet xmlns="{NS}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    f'<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="2">{FONT}</fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" '
    f'borderId="0"/></cellStyleXfs><cellXfs count="9">{XFS}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
    'builtinId="0"/></cellStyles><dxfs count="1"><dxf><font><color rgb="FF9C0006"/></font></dxf></dxfs></styleSheet>'
)
PIVOT = (
    f'{HEAD}<pivotTableDefinition xmlns="{NS}" name="ByRegion" cacheId="5" dataOnRows="0" applyNumberFormats="0" '
    'applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0" applyWidthHeightFormats="1" '
    'dataCaption="Values" updatedVersion="6" minRefreshableVersion="3" createdVersion="6" indent="0"><location ref="C1:D3" '
    'firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0">'
    '<items count="3"><item x="0"/><item x="1"/><item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/>'
    '</pivotFields><rowFields count="1"><field x="0"/></rowFields><rowItems count="2"><i><x/></i><i><x v="1"/></i></rowItems>'
    '<colItems count="1"><i/></colItems><dataFields count="1"><dataField name="Sum of Amount" fld="1" baseField="0" '
    'baseItem="0"/></dataFields></pivotTableDefinition>'
)
CACHE = (
    f'{HEAD}<pivotCacheDefinition xmlns="{NS}" xmlns:r="{DOC}" r:id="rId1" refreshedBy="x" refreshedDate="45000" '
    'createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" recordCount="2"><cacheSource type="worksheet">'
    '<worksheetSource ref="A1:B3" sheet="Extras"/></cacheSource><cacheFields count="2"><cacheField name="Region" numFmtId="0">'
    '<sharedItems count="2"><s v="North"/><s v="South"/></sharedItems></cacheField><cacheField name="Amount" numFmtId="0">'
    '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" minValue="10" '
    'maxValue="20"/></cacheField></cacheFields></pivotCacheDefinition>'
)
WORKBOOK = (
    f'{HEAD}<workbook xmlns="{NS}" xmlns:r="{DOC}"><workbookPr defaultThemeVersion="124226"/><bookViews><workbookView '
    'xWindow="0" yWindow="0" windowWidth="20000" windowHeight="9000"/></bookViews><sheets><sheet name="Leads" sheetId="1" '
    'r:id="rId1"/><sheet name="Results" sheetId="2" r:id="rId2"/><sheet name="Extras" sheetId="3" r:id="rId3"/>'
    '<sheet name="Lists" sheetId="4" state="veryHidden" r:id="rId4"/></sheets><definedNames>'
    '<definedName name="LB_Block">Extras!$A$12:$C$14</definedName><definedName name="LB_IssueKeys">Lists!$A$3:$A$5</definedName>'
    '<definedName name="LB_Leads.keys">Leads!$A$4:$F$4</definedName><definedName name="LB_Results.keys">Results!$A$4:$F$4'
    '</definedName><definedName name="LB_Styles">Lists!$A$1:$H$1</definedName><definedName name="Slicer_Lead">#N/A</definedName>'
    '</definedNames><calcPr calcId="191029"/><pivotCaches><pivotCache cacheId="5" r:id="rId8"/></pivotCaches><extLst>'
    f'<ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{MS}spreadsheetml/2010/11/main"><x15:slicerCaches {X14}>'
    '<x14:slicerCache r:id="rId9"/></x15:slicerCaches></ext></extLst></workbook>'
)
SLICER = (
    f'{HEAD}<slicers xmlns="{MS}spreadsheetml/2009/9/main"><slicer name="Lead" cache="Slicer_Lead" caption="Lead" '
    'rowHeight="241300"/></slicers>'
)
SLICER_CACHE = (
    f'{HEAD}<slicerCacheDefinition xmlns="{MS}spreadsheetml/2009/9/main" name="Slicer_Lead" sourceName="Lead"><extLst>'
    f'<ext xmlns:x15="{MS}spreadsheetml/2010/11/main" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}">'
    '<x15:tableSlicerCache tableId="2" column="2"/></ext></extLst></slicerCacheDefinition>'
)
COMMENTS = (
    f'{HEAD}<comments xmlns="{NS}"><authors><author>tc={REMARK}</author></authors><commentList><comment ref="A7" '
    'authorId="0" shapeId="0"><text><t>[Threaded comment] ask again</t></text></comment></commentList></comments>'
)
THREADED = (
    f'{HEAD}<ThreadedComments xmlns="{MS}spreadsheetml/2018/threadedcomments"><threadedComment ref="A7" '
    f'dT="2024-03-01T08:00:00.00" personId="{PERSON}" id="{REMARK}"><text>ask again</text></threadedComment></ThreadedComments>'
)
PERSONS = (
    f'{HEAD}<personList xmlns="{MS}spreadsheetml/2018/threadedcomments"><person displayName="Reviewer" id="{PERSON}" '
    'userId="reviewer" providerId="None"/></personList>'
)
SHARED = (
    f'{HEAD}<sst xmlns="{NS}" count="1" uniqueCount="1"><si><r><t xml:space="preserve">Leads of the </t></r><r><rPr><b/>'
    '<sz val="11"/><rFont val="Calibri"/></rPr><t>team</t></r></si></sst>'
)
CTRL = f'{HEAD}<formControlPr xmlns="{MS}spreadsheetml/2009/9/main" objectType="Button" lockText="1"/>'
CALC = f'{HEAD}<calcChain xmlns="{NS}"><c r="I20" i="2" l="1"/><c r="D10" i="3"/></calcChain>'
CUSTOM = (
    f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt='
    '"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property '
    'fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="leadbook.lang"><vt:lpwstr>en</vt:lpwstr></property></Properties>'
)
