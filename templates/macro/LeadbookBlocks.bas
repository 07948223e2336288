Attribute VB_Name = "LeadbookBlocks"
' One block of the answer put into the cells: whole ranges of values at once, formulas and gaps cell by cell.
' No Option Explicit: see LeadbookCalc. A word here costs as much as a thousand cells that LibreOffice fills itself.

Private Const LEAVE As String = "-"
Private Const FORMAT_DATE As Long = 2
Private Const KIND_FORMULA As Long = 16
Private Const MOST_TABLES As Long = 50

' What was there before: ranges with their content, tables with their range.
Private Areas() As Variant
Private Contents() As Variant
Private AreaCount As Long
Private Tables() As Variant
Private Ranges() As Variant
Private Added() As Variant
Private TableCount As Long

Public Sub BeginPutting(ByVal blocks As Long)
    ReDim Areas(blocks)
    ReDim Contents(blocks)
    ReDim Tables(MOST_TABLES)
    ReDim Ranges(MOST_TABLES)
    ReDim Added(MOST_TABLES)
    AreaCount = 0
    TableCount = 0
End Sub

' A table gets its new range; its new rows look like the first one.
Public Sub SizeTable(table As Object, cells As Object)
    Dim was As Variant, header As Long
    was = table.DataArea
    Set Tables(TableCount) = table
    Ranges(TableCount) = was
    Set Added(TableCount) = Nothing
    header = cells.RangeAddress.StartRow
    If cells.RangeAddress.EndRow > was.EndRow And was.EndRow > header Then
        Set Added(TableCount) = cells.Spreadsheet.getCellRangeByPosition(cells.RangeAddress.StartColumn, _
            was.EndRow + 1, cells.RangeAddress.EndColumn, cells.RangeAddress.EndRow)
        DressRows Added(TableCount), header - was.EndRow
    End If
    TableCount = TableCount + 1
    table.DataArea = cells.RangeAddress
End Sub

Private Sub RememberArea(area As Object)
    Set Areas(AreaCount) = area
    Contents(AreaCount) = area.getFormulaArray()
    If area.queryContentCells(KIND_FORMULA).getCount() = 0 Then
        Contents(AreaCount) = TextsQuoted(Contents(AreaCount))
    Else
        RefuseArrayFormula area, Contents(AreaCount)
    End If
    AreaCount = AreaCount + 1
End Sub

' Part of an array formula cannot be overwritten, and LibreOffice would not say so.
Private Sub RefuseArrayFormula(area As Object, rows As Variant)
    Dim n As Long
    For n = 0 To UBound(rows)
        If InStr(vbTab & Join(rows(n), vbTab), vbTab & "{=") > 0 Then
            Err.Raise vbObjectError + 1, "leadbook", Replace(area.AbsoluteName, "$", "") & " {=...}"
        End If
    Next n
End Sub

' Text that begins like a formula, where there is none.
Private Function TextsQuoted(rows As Variant) As Variant
    Dim r As Long, c As Long
    For r = 0 To UBound(rows)
        If InStr(Join(rows(r), ""), "=") > 0 Then
            For c = 0 To UBound(rows(r))
                If Left(rows(r)(c), 1) = "=" Then rows(r)(c) = "'" & rows(r)(c)
            Next c
        End If
    Next r
    TextsQuoted = rows
End Function

' Each on its own: a range that refuses must not keep the others from coming back.
Public Sub PutBack()
    Dim n As Long
    On Error Resume Next
    For n = AreaCount - 1 To 0 Step -1
        Areas(n).setFormulaArray Contents(n)
    Next n
    For n = TableCount - 1 To 0 Step -1
        Tables(n).DataArea = Ranges(n)
        ' The row after the last new one never was the table's.
        If Not Added(n) Is Nothing Then DressRows Added(n), Added(n).RangeAddress.EndRow - Ranges(n).EndRow
    Next n
End Sub

' sheet, top, left (from 0), rows and columns; the lines of the block start at lines(first).
Public Sub PutBlock(sheet As Object, ByVal top As Long, ByVal left As Long, ByVal rows As Long, _
        ByVal columns As Long, lines As Variant, ByVal first As Long)
    Dim area As Object, n As Long, odd As Boolean, formulas As Long
    Set area = sheet.getCellRangeByPosition(left, top, left + columns - 1, top + rows - 1)
    RememberArea area
    For n = first To first + rows - 1
        If HasOddCells(vbTab & lines(n) & vbTab) Then odd = True
        formulas = formulas + UBound(Split(vbTab & lines(n), vbTab & "f"))
    Next n
    If formulas = rows * columns Then
        PutFormulas area, lines, first
    ElseIf odd Then
        For n = 0 To rows - 1
            PutSingly sheet, top + n, left, FieldsOf(lines(first + n))
        Next n
    Else
        PutWhole area, lines, first
        ShowDates area, FieldsOf(lines(first))
    End If
End Sub

' Formulas, cells to leave as they are: not to be written with the rest.
Private Function HasOddCells(ByVal line As String) As Boolean
    HasOddCells = InStr(line, vbTab & "f") > 0 Or InStr(line, vbTab & LEAVE & vbTab) > 0
End Function

' The cells of a line; Split makes nothing at all of an empty one, which is one cell to clear.
Private Function FieldsOf(line As Variant) As Variant
    If line = "" Then FieldsOf = Array("") Else FieldsOf = Split(line, vbTab)
End Function

' Only from the first row that changes to the last: LibreOffice measures every row that is written.
Private Sub PutWhole(area As Object, lines As Variant, ByVal first As Long)
    Dim shown As Variant, values As Variant, from As Long, last As Long
    shown = area.getFormulaArray()
    values = area.getDataArray()
    last = UBound(shown)
    Do While from <= last
        If Not IsSame(shown(from), values(from), lines(first + from)) Then Exit Do
        from = from + 1
    Loop
    Do While last > from
        If Not IsSame(shown(last), values(last), lines(first + last)) Then Exit Do
        last = last - 1
    Loop
    If from <= last Then PutRows area.getCellRangeByPosition(0, from, UBound(shown(0)), last), lines, first + from
End Sub

' Whether cells hold what the line says, as the same kind of value.
Private Function IsSame(shown As Variant, values As Variant, line As Variant) As Boolean
    Dim fields As Variant, c As Long
    If Join(shown, vbTab) <> Mid(Replace(BareLine(vbTab & line), vbTab & "s", vbTab), 2) Then Exit Function
    fields = FieldsOf(line)
    For c = 0 To UBound(fields)
        ' A text that could be a number is where the two could be mistaken for each other.
        If fields(c) Like "s[-0-9.+]*" Then
            If VarType(values(c)) <> vbString Then Exit Function
        End If
    Next c
    IsSame = True
End Function

' A line without the letters before its numbers.
Private Function BareLine(ByVal line As String) As String
    BareLine = Replace(Replace(Replace(line, vbTab & "n", vbTab), vbTab & "d", vbTab), vbTab & "b", vbTab)
End Function

Private Sub PutRows(area As Object, lines As Variant, ByVal first As Long)
    Dim data() As Variant, n As Long
    ReDim data(area.RangeAddress.EndRow - area.RangeAddress.StartRow)
    For n = 0 To UBound(data)
        data(n) = TypedRow(vbTab & lines(first + n) & vbTab)
    Next n
    area.setFormulaArray data
End Sub

' Typed as a person would: a quote before text keeps it text, whatever it looks like.
' A function of its own: LibreOffice would share one array among all rows otherwise.
Private Function TypedRow(ByVal line As String) As Variant
    Dim typed As String, cells As Variant, c As Long
    If InStr(line, vbTab & "d") > 0 Then line = Shifted(line)
    typed = Replace(Replace(line, vbTab & "s", vbTab & "'"), vbTab & "'" & vbTab, vbTab & vbTab)
    typed = BareLine(typed)
    cells = Split(Mid(typed, 2, Len(typed) - 2), vbTab)
    If UBound(cells) < 0 Then cells = Array("")
    If InStr(typed, "\u") > 0 Then
        For c = 0 To UBound(cells)
            cells(c) = Plain(CStr(cells(c)))
        Next c
    End If
    TypedRow = cells
End Function

' Dates for a book that counts from 1904.
Private Function Shifted(ByVal line As String) As String
    Dim cells As Variant, c As Long, shift As Long
    Shifted = line
    shift = DateShift()
    If shift = 0 Then Exit Function
    cells = Split(line, vbTab)
    For c = 0 To UBound(cells)
        If Left(cells(c), 1) = "d" Then cells(c) = "d" & Trim(Str(Val(Mid(cells(c), 2)) - shift))
    Next c
    Shifted = Join(cells, vbTab)
End Function

' Through Excel's own words for a range: LibreOffice's want other separators.
Private Sub PutFormulas(area As Object, lines As Variant, ByVal first As Long)
    Dim place As Variant, formulas() As Variant, fields As Variant, r As Long, c As Long
    Set place = area.RangeAddress
    ReDim formulas(place.EndRow - place.StartRow, place.EndColumn - place.StartColumn)
    For r = 0 To UBound(formulas, 1)
        fields = FieldsOf(lines(first + r))
        For c = 0 To UBound(formulas, 2)
            formulas(r, c) = Plain(Mid(fields(c), 2))
        Next c
    Next r
    With ThisWorkbook.Worksheets(area.Spreadsheet.getName())
        .Range(.Cells(place.StartRow + 1, place.StartColumn + 1), _
            .Cells(place.EndRow + 1, place.EndColumn + 1)).Formula = formulas
    End With
End Sub

Private Sub PutSingly(sheet As Object, ByVal row As Long, ByVal left As Long, fields As Variant)
    Dim c As Long, kind As String, rest As String, cell As Object
    For c = 0 To UBound(fields)
        kind = Mid(fields(c), 1, 1)
        rest = Plain(Mid(fields(c), 2))
        Set cell = sheet.getCellByPosition(left + c, row)
        If kind = "f" Then
            ThisWorkbook.Worksheets(sheet.getName()).Cells(row + 1, left + c + 1).Formula = rest
        ElseIf kind = "s" Or kind = "" Then
            cell.setString rest
        ElseIf fields(c) <> LEAVE Then
            cell.setValue Val(rest)
            If kind = "d" Then
                cell.setValue Val(rest) - DateShift()
                ShowDates cell, Array(fields(c))
            End If
        End If
    Next c
End Sub

' Columns of dates whose format would show numbers; fields = the first row of the area.
Private Sub ShowDates(area As Object, fields As Variant)
    Dim c As Long, kind As Long, column As Object
    For c = 0 To UBound(fields)
        If Left(fields(c), 1) = "d" Then
            kind = ThisComponent.NumberFormats.getByKey(area.getCellByPosition(c, 0).NumberFormat).Type
            Set column = area.getCellRangeByPosition(c, 0, c, area.RangeAddress.EndRow - area.RangeAddress.StartRow)
            If (kind And FORMAT_DATE) = 0 Then column.NumberFormat = _
                ThisComponent.NumberFormats.getStandardFormat(FORMAT_DATE, ThisComponent.CharLocale)
        End If
    Next c
End Sub

' rows = the rows below a table's old end; each column gets the look of the cell "down" rows from their top.
Public Sub DressRows(rows As Object, ByVal down As Long)
    Dim model As Object, part As Object, look As Variant, c As Long, top As Long, bottom As Long
    top = rows.RangeAddress.StartRow
    bottom = rows.RangeAddress.EndRow
    For c = rows.RangeAddress.StartColumn To rows.RangeAddress.EndColumn
        Set model = rows.Spreadsheet.getCellByPosition(c, top + down)
        Set part = rows.Spreadsheet.getCellRangeByPosition(c, top, c, bottom)
        For Each look In Array("NumberFormat", "HoriJustify", "VertJustify", "ParaIndent", "IsTextWrapped", _
                "CellBackColor", "IsCellBackgroundTransparent", "CharFontName", "CharFontNameAsian", "CharHeight", _
                "CharHeightAsian", "CharColor", "CharWeight", "CharWeightAsian", "CharPosture", "CharUnderline", _
                "TopBorder", "BottomBorder", "LeftBorder", "RightBorder", "CellProtection")
            part.setPropertyValue look, model.getPropertyValue(look)
        Next look
    Next c
End Sub
