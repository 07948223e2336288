Attribute VB_Name = "LeadbookCells"
' The cells of the open book as text for the command: every sheet that holds one of leadbook's tables.
' No Option Explicit: see LeadbookCalc. Whole ranges are read at once, because a call for each cell is slow.

Private Const KIND_NUMBER As Long = 1
Private Const KIND_DATE As Long = 2
Private Const KIND_FORMULA As Long = 16
Private Const FORMAT_DATE As Long = 2
Private Const FORMAT_LOGICAL As Long = 1024
Private Const ROWS_AT_ONCE As Long = 1000

Private Lines() As String
Private Used As Long

Public Function CellsText() As String
    Dim n As Long, sheets As Long, names As Long, known As Boolean
    ReDim Lines(1000)
    Used = 0
    AddLine "leadbook-cells" & vbTab & "1" & vbTab & "utf-8"
    AddNames
    names = Used
    For n = 0 To ThisComponent.Sheets.getCount() - 1
        If HoldsTable(n) Then known = True
    Next n
    For n = 0 To ThisComponent.Sheets.getCount() - 1
        ' Another program may have dropped all that marks a table: then the command looks for it itself.
        If HoldsTable(n) Or Not known Then
            AddSheet ThisComponent.Sheets.getByIndex(n)
            sheets = sheets + 1
        End If
    Next n
    AddLine "END" & vbTab & (Used - names - sheets)
    ReDim Preserve Lines(Used)
    CellsText = Join(Lines, vbLf)
    Erase Lines
End Function

Private Sub AddLine(ByVal text As String)
    If Used = UBound(Lines) Then MakeRoom
    Lines(Used) = text
    Used = Used + 1
End Sub

' On its own, because LibreOffice forgets what a procedure writes after a ReDim that it has jumped over.
Private Sub MakeRoom()
    ReDim Preserve Lines(2 * UBound(Lines))
End Sub

' Where leadbook's named cells and tables are now, whatever was inserted, moved or written since the book was saved.
Private Sub AddNames()
    Dim n As Long, found As Object, cells As Object
    For n = 0 To ThisComponent.NamedRanges.getCount() - 1
        Set found = ThisComponent.NamedRanges.getByIndex(n)
        If Left(found.getName(), 3) = "LB_" Then
            Set cells = found.getReferredCells()
            If Not IsNull(cells) Then AddLine "N" & vbTab & found.getName() & vbTab & Escaped(PlaceOf(cells))
        End If
    Next n
    For n = 0 To ThisComponent.DatabaseRanges.getCount() - 1
        Set found = ThisComponent.DatabaseRanges.getByIndex(n)
        If Left(found.getName(), 3) = "LB_" Then
            AddLine "N" & vbTab & found.getName() & vbTab & Escaped(PlaceOf(found.getReferredCells()))
        End If
    Next n
End Sub

' As Excel writes it: 'Follow-ups'!$A$1:$B$9.
Private Function PlaceOf(cells As Object) As String
    Dim parts As Variant
    parts = Split(cells.AbsoluteName, ".")
    PlaceOf = "'" & Replace(cells.Spreadsheet.getName(), "'", "''") & "'!" & parts(UBound(parts))
End Function

Private Function HoldsTable(ByVal sheet As Long) As Boolean
    Dim n As Long, table As Object
    For n = 0 To ThisComponent.DatabaseRanges.getCount() - 1
        Set table = ThisComponent.DatabaseRanges.getByIndex(n)
        If table.DataArea.Sheet = sheet And Left(table.getName(), 3) = "LB_" Then HoldsTable = True
    Next n
    For n = 0 To ThisComponent.NamedRanges.getCount() - 1
        If ThisComponent.NamedRanges.getByIndex(n).getName() Like "LB_*.keys" Then
            Set table = ThisComponent.NamedRanges.getByIndex(n).getReferredCells()
            If Not IsNull(table) Then
                If table.RangeAddress.Sheet = sheet Then HoldsTable = True
            End If
        End If
    Next n
End Function

Private Sub AddSheet(sheet As Object)
    Dim cursor As Object, right As Long, bottom As Long, top As Long, last As Long
    AddLine "S" & vbTab & Escaped(sheet.getName())
    Set cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea False
    right = cursor.RangeAddress.EndColumn
    bottom = cursor.RangeAddress.EndRow
    For top = 0 To bottom Step ROWS_AT_ONCE
        last = top + ROWS_AT_ONCE - 1
        If last > bottom Then last = bottom
        AddRows sheet.getCellRangeByPosition(0, top, right, last), top
    Next top
End Sub

' Rows as they are, joined by the program itself, which is fifty times faster than cell by cell here. The text of
' a number is the number; a text that could be taken for one begins with a quote. What that does not tell (dates,
' formulas, errors, yes and no) follows as single cells; of two lines for a cell the later counts.
Private Sub AddRows(area As Object, ByVal top As Long)
    Dim rows As Variant, r As Long, text As String, between As String
    ' Until a tab inside a cell has been looked for; no cell of a workbook can hold this one.
    between = ChrW(65535)
    rows = area.getFormulaArray()
    For r = 0 To UBound(rows)
        text = Join(rows(r), between)
        AddLine "R" & vbTab & (top + r + 1) & vbTab & Replace(Escaped(text), between, vbTab)
    Next r
    AddCells area, area.queryContentCells(KIND_DATE), "d", ""
    AddCells area, area.queryContentCells(KIND_FORMULA), "", vbTab & "f"
    AddLogicals area
End Sub

' kind = "" when the value tells it; sign = what follows the value.
Private Sub AddCells(area As Object, ranges As Object, ByVal kind As String, ByVal sign As String)
    Dim address As Variant, part As Object, data As Variant, r As Long, c As Long, head As String, shift As Long
    If kind = "d" Then shift = DateShift()
    For Each address In ranges.getRangeAddresses()
        Set part = area.Spreadsheet.getCellRangeByPosition(address.StartColumn, address.StartRow, _
            address.EndColumn, address.EndRow)
        data = part.getDataArray()
        For r = 0 To UBound(data)
            For c = 0 To UBound(data(r))
                head = (address.StartRow + r + 1) & vbTab & (address.StartColumn + c + 1) & vbTab
                If kind = "" Then
                    AddLine head & Typed(part.getCellByPosition(c, r), data(r)(c)) & sign
                Else
                    AddLine head & kind & vbTab & Digits(CDbl(data(r)(c)) + shift) & sign
                End If
            Next c
        Next r
    Next address
End Sub

' Type and value of a formula's result.
Private Function Typed(cell As Object, value As Variant) As String
    If cell.getError() <> 0 Then
        Typed = "e" & vbTab & ErrorCode(cell.String)
    ElseIf VarType(value) = vbString Then
        Typed = "s" & vbTab & Escaped(CStr(value))
    ElseIf HasFormat(cell, FORMAT_LOGICAL) Then
        Typed = "b" & vbTab & Abs(value <> 0)
    ElseIf HasFormat(cell, FORMAT_DATE) Then
        Typed = "d" & vbTab & Digits(CDbl(value) + DateShift())
    Else
        Typed = "n" & vbTab & Digits(CDbl(value))
    End If
End Function

' A yes or no is a number here; only its format tells. Ranges of one format come in few groups.
Private Sub AddLogicals(area As Object)
    Dim groups As Object, n As Long
    Set groups = area.getUniqueCellFormatRanges()
    For n = 0 To groups.getCount() - 1
        If HasFormat(groups.getByIndex(n).getByIndex(0), FORMAT_LOGICAL) Then
            AddCells area, groups.getByIndex(n).queryContentCells(KIND_NUMBER), "b", ""
        End If
    Next n
End Sub

Private Function HasFormat(cells As Object, ByVal kind As Long) As Boolean
    HasFormat = (ThisComponent.NumberFormats.getByKey(cells.NumberFormat).Type And kind) <> 0
End Function

' All digits of a number with a dot; Str alone gives fifteen, and a moment has more.
Private Function Digits(ByVal value As Double) As String
    Dim rest As String
    Digits = Trim(Str(value))
    If value = Fix(value) Then Exit Function
    If InStr(Digits, "E") > 0 Then Exit Function
    rest = Str(Abs(value - Fix(value)))
    If InStr(rest, "E") = 0 Then Digits = Trim(Str(Fix(value))) & Mid(rest, InStr(rest, "."))
    If value < 0 And value > -1 Then Digits = "-" & Digits
End Function

' Excel's name of an error; LibreOffice has numbers of its own for some.
Private Function ErrorCode(ByVal shown As String) As String
    ErrorCode = shown
    If Left(shown, 1) <> "#" Then ErrorCode = "#VALUE!"
End Function
