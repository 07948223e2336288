Attribute VB_Name = "LeadbookAnswer"
' The answer of the command: T lines to tell, B blocks for the cells, N lines for the size of tables.
' No Option Explicit: see LeadbookCalc.

' Whether the answer ends as it should, fits together and fits this book; nothing is written before that is known.
Public Function IsWhole(ByVal answer As String) As Boolean
    Dim lines As Variant, last As Long, line As Long, blocks As Long, parts As Variant
    On Error GoTo Broken
    lines = LinesOf(answer)
    last = UBound(lines)
    If last < 1 Then Exit Function
    If Left(lines(0), 17) <> "leadbook-answer" & vbTab & "1" Then Exit Function
    line = 1
    Do While line < last
        parts = Split(lines(line), vbTab)
        If parts(0) = "B" Then
            If Not BlockFits(lines, line, parts, last) Then Exit Function
            blocks = blocks + 1
            line = line + CLng(parts(4))
        ElseIf parts(0) <> "T" And parts(0) <> "N" Then
            Exit Function
        End If
        line = line + 1
    Loop
    IsWhole = (line = last) And lines(last) = "END" & vbTab & blocks
    Exit Function
Broken:
    IsWhole = False
End Function

Private Function LinesOf(ByVal answer As String) As Variant
    Dim text As String
    text = answer
    If Right(text, 1) = vbLf Then text = Left(text, Len(text) - 1)
    LinesOf = Split(text, vbLf)
End Function

Private Function BlockFits(lines As Variant, ByVal line As Long, parts As Variant, ByVal last As Long) As Boolean
    Dim n As Long
    If UBound(parts) <> 5 Then Exit Function
    If Not ThisComponent.Sheets.hasByName(Plain(CStr(parts(1)))) Then Exit Function
    If line + CLng(parts(4)) >= last Then Exit Function
    For n = line + 1 To line + CLng(parts(4))
        If UBound(Split(lines(n), vbTab)) <> CLng(parts(5)) - 1 And CLng(parts(5)) > 1 Then Exit Function
    Next n
    BlockFits = True
End Function

' Writes the blocks and tells the T lines.
Public Sub PutAnswer(ByVal answer As String)
    Dim lines As Variant, code As Long, closed As String
    lines = LinesOf(answer)
    code = Val(Split(lines(0), vbTab)(2))
    closed = ProtectedSheet(lines)
    If code > 1 Then
        Fail ToldIn(lines)
    ElseIf closed <> "" Then
        Fail Fill(Say("protected"), "sheet", closed)
    ElseIf PutBlocks(lines) Then
        Succeed ToldIn(lines)
    End If
End Sub

Private Function ToldIn(lines As Variant) As String
    Dim line As Variant, words As String
    For Each line In lines
        If Left(line, 2) = "B" & vbTab Then Exit For
        If Left(line, 2) = "T" & vbTab Then words = words & vbLf & Plain(Mid(line, 3))
    Next line
    ToldIn = Mid(words, 2)
End Function

' The first sheet of a block that takes no changes, or "".
Private Function ProtectedSheet(lines As Variant) As String
    Dim line As Long, parts As Variant
    line = 1
    Do While line < UBound(lines)
        If Left(lines(line), 2) = "B" & vbTab Then
            parts = Split(lines(line), vbTab)
            ProtectedSheet = Plain(CStr(parts(1)))
            If ThisComponent.Sheets.getByName(ProtectedSheet).isProtected() Then Exit Function
            line = line + CLng(parts(4))
        End If
        line = line + 1
    Loop
    ProtectedSheet = ""
End Function

' False, and told why, when a cell took no value; then all is put back.
Private Function PutBlocks(lines As Variant) As Boolean
    Dim why As String
    On Error GoTo Broken
    BeginWriting
    BeginPutting CLng(Split(lines(UBound(lines)), vbTab)(1))
    ' Tables first: LibreOffice measures the height of every row that gets a new look, which is quick when empty.
    SizeTables lines
    PutEach lines
    FilterAgain
    EndWriting
    PutBlocks = True
    Exit Function
Broken:
    why = Err.Description
    On Error Resume Next
    PutBack
    EndWriting
    Fail Fill(Say("not_written"), "error", why)
End Function

' A filter on Results hides rows by their place: it is applied to the new ones. People's own tables are left alone.
Private Sub FilterAgain()
    On Error Resume Next
    ThisComponent.DatabaseRanges.getByName("LB_Results").refresh
End Sub

Private Sub SizeTables(lines As Variant)
    Dim line As Variant, parts As Variant, cells As Object
    For Each line In lines
        If Left(line, 2) = "N" & vbTab Then
            parts = Split(line, vbTab)
            Set cells = ThisComponent.Sheets.getByName(Plain(CStr(parts(2)))).getCellRangeByName(parts(3))
            If ThisComponent.DatabaseRanges.hasByName(parts(1)) Then
                SizeTable ThisComponent.DatabaseRanges.getByName(parts(1)), cells
            End If
        End If
    Next line
End Sub

Private Sub PutEach(lines As Variant)
    Dim line As Long, parts As Variant
    line = 1
    Do While line < UBound(lines)
        If Left(lines(line), 2) = "B" & vbTab Then
            parts = Split(lines(line), vbTab)
            PutBlock ThisComponent.Sheets.getByName(Plain(CStr(parts(1)))), CLng(parts(2)) - 1, CLng(parts(3)) - 1, _
                CLng(parts(4)), CLng(parts(5)), lines, line + 1
            line = line + CLng(parts(4))
        End If
        line = line + 1
    Loop
End Sub
