Attribute VB_Name = "LeadbookExcel"
' Excel: the command reaches into the open book itself, so the macro only starts it and tells what it said.
' LibreOffice never enters this module; #If Mac stays in it.
Option Explicit

Private Const FOR_READING As Long = 1
Private Const BOX_WITH_WARNING As Long = 48

Public Sub RefreshWindows()
    Dim answer As String, code As Long
    If Not IsOnThisComputer() Then Exit Sub
    answer = ThisWorkbook.Path & "\.~" & ThisWorkbook.Name & ".lb-answer"
    DeleteExcelFile answer
    Progress "computing"
    Application.Cursor = xlWait
    On Error GoTo Broken
    code = RunOnWindows("refresh """ & ThisWorkbook.FullName & """ --live --answer """ & answer & """" & _
        LanguageOption())
    Application.Cursor = xlDefault
    If code = -1 Then FailWithoutCommand Else TellAnswer ReadFile(answer), code
    DeleteExcelFile answer
    Exit Sub
Broken:
    Application.Cursor = xlDefault
    Fail Fill(Fill(Say("unexpected"), "error", Err.Description), "number", CStr(Err.Number))
    DeleteExcelFile answer
End Sub

' The xlwings add-in is called by name, so that the book compiles and opens without it.
Public Sub RefreshMac()
    If Not IsOnThisComputer() Then Exit Sub
    Progress "computing"
    On Error GoTo Missing
    ' RunPython comes back at once on a Mac; the command itself writes the status cells when it is done.
    Begun Say("started")
    Application.Run "xlwings.xlam!RunPython", MacPython()
    Exit Sub
Missing:
    Fail Say("no_addin")
End Sub

' AppleScript and two shells stand between here and Python: only letters, digits and single quotes go through
' all of them as they are, so the path travels as the digits of its UTF-16.
Private Function MacPython() As String
    Dim digits As String, place As Long
    For place = 1 To Len(ThisWorkbook.FullName)
        digits = digits & Right("000" & Hex(AscW(Mid(ThisWorkbook.FullName, place, 1)) And &HFFFF&), 4)
    Next place
    MacPython = "from leadbook.cli import main; main(['refresh', bytes.fromhex('" & digits & _
        "').decode('utf-16-be'), '--live'])"
End Function

' False, and told why, for a book that has no path in a folder here.
Private Function IsOnThisComputer() As Boolean
    If ThisWorkbook.Path = "" Then
        Fail Say("unsaved")
    ElseIf InStr(ThisWorkbook.FullName, "://") > 0 Then
        Fail Fill(Say("cloud"), "address", ThisWorkbook.Path)
    ElseIf ThisWorkbook.ReadOnly Then
        Fail Say("read_only")
    Else
        IsOnThisComputer = True
    End If
End Function

' Tells the T lines of an answer; code = the command's exit code.
Private Sub TellAnswer(ByVal answer As String, ByVal code As Long)
    Dim lines As Variant, n As Long, words As String
    lines = Split(Replace(answer, vbCr, ""), vbLf)
    If UBound(lines) < 0 Then
        FailWithoutAnswer code, ""
        Exit Sub
    End If
    For n = LBound(lines) To UBound(lines)
        If Left(lines(n), 2) = "T" & vbTab Then words = words & Plain(Mid(lines(n), 3)) & vbLf
    Next n
    If words = "" Then
        FailWithoutAnswer code, ""
    ElseIf code <= 1 Then
        Succeed Left(words, Len(words) - 1)
    Else
        Fail Left(words, Len(words) - 1)
    End If
End Sub

' FileSystemObject takes any path; Open and Kill know only those of the computer's code page.
Private Function ReadFile(ByVal path As String) As String
    On Error Resume Next
    With CreateObject("Scripting.FileSystemObject").OpenTextFile(path, FOR_READING)
        ReadFile = .ReadAll
        .Close
    End With
End Function

Private Sub DeleteExcelFile(ByVal path As String)
    On Error Resume Next
    CreateObject("Scripting.FileSystemObject").DeleteFile path, True
End Sub

' MsgBox on Windows shows question marks for letters outside the computer's code page; Popup shows all.
Public Sub ShowExcelBox(ByVal what As String)
    #If Mac Then
        MsgBox what, vbExclamation, "leadbook"
    #Else
        CreateObject("WScript.Shell").Popup what, 0, "leadbook", BOX_WITH_WARNING
    #End If
End Sub
