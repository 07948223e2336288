Attribute VB_Name = "LeadbookCommand"
' The leadbook command: what may stand in the book about it, and how Windows finds and runs it.
Option Explicit

Private Const NAMED_CELL As String = "LB_Macro.command"
Private Const HIDDEN_WINDOW As Long = 0
Private Const MODULE_WORDS As String = " -m leadbook"

' What people wrote into the cell for the command, without the words -m leadbook behind a Python; "" = find it.
' Only leadbook itself or a Python that runs it is taken: a cell is not a place to start programs from.
Public Function NamedCommand() As String
    Dim words As String
    words = CommandCell()
    If LCase(Right(words, Len(MODULE_WORDS))) = MODULE_WORDS Then
        words = Trim(Left(words, Len(words) - Len(MODULE_WORDS)))
        If IsPython(BaseName(words)) Then NamedCommand = words
    ElseIf BaseName(words) = "leadbook" Or BaseName(words) = "leadbook.exe" Then
        NamedCommand = words
    End If
End Function

' What stands behind the named command: -m leadbook for a Python, else nothing.
Public Function NamedModule() As String
    If LCase(Right(CommandCell(), Len(MODULE_WORDS))) = MODULE_WORDS Then NamedModule = MODULE_WORDS
End Function

Private Function CommandCell() As String
    On Error Resume Next
    CommandCell = Replace(Trim(CStr(ThisWorkbook.Names(NAMED_CELL).RefersToRange.Value)), """", "")
End Function

' The file's name in a path, in small letters.
Private Function BaseName(ByVal place As String) As String
    Dim parts As Variant
    parts = Split(Replace(place, "\", "/"), "/")
    If UBound(parts) >= 0 Then BaseName = LCase(parts(UBound(parts)))
End Function

Private Function IsPython(ByVal file As String) As Boolean
    IsPython = file = "py" Or file = "py.exe" Or file = "python" Or file = "python.exe" Or file = "pythonw.exe" Or _
        file = "python3" Or file = "python3.exe" Or (file Like "python3.##" And Len(file) = 10)
End Function

' Where that cell is, for people: Guide!B12.
Public Function NamedCommandCell() As String
    NamedCommandCell = NAMED_CELL
    On Error Resume Next
    With ThisWorkbook.Names(NAMED_CELL).RefersToRange
        NamedCommandCell = .Worksheet.Name & "!" & Replace(.Address, "$", "")
    End With
End Function

' So that the command speaks the book's language even before it has read the book; "" when the book has no texts.
Public Function LanguageOption() As String
    If Say("language") <> "" Then LanguageOption = " --lang " & Say("language")
End Function

Public Sub FailWithoutCommand()
    Fail Fill(Say("no_command"), "cell", NamedCommandCell())
End Sub

' code = exit code of the command; said = what it printed.
Public Sub FailWithoutAnswer(ByVal code As Long, ByVal said As String)
    Dim words As String
    words = Trim(said)
    If words = "" Then words = Say("nothing_said")
    Fail Fill(Fill(Say("failed"), "code", CStr(code)), "said", words)
End Sub

' Runs leadbook hidden with the given arguments, waits, and gives its exit code; -1 = no command works.
' WScript.Shell takes any path, Chinese or Vietnamese ones too, which Shell does not; and while it waits it
' lets the command reach the open book.
Public Function RunOnWindows(ByVal arguments As String) As Long
    Dim wsh As Object, candidate As Variant
    RunOnWindows = -1
    Set wsh = CreateObject("WScript.Shell")
    For Each candidate In Array(WindowsWords(NamedCommand()), "leadbook", "py -m leadbook", "python -m leadbook")
        If AnswersOnWindows(wsh, CStr(candidate)) Then
            RunOnWindows = wsh.Run(candidate & " " & arguments, HIDDEN_WINDOW, True)
            Exit Function
        End If
    Next candidate
End Function

Private Function AnswersOnWindows(wsh As Object, ByVal command As String) As Boolean
    Dim code As Long
    If command = "" Then Exit Function
    code = -1
    ' A command that is not there is an error of Run, not an exit code.
    On Error Resume Next
    code = wsh.Run(command & " --version", HIDDEN_WINDOW, True)
    AnswersOnWindows = (code = 0)
End Function

' The named command as one quoted word, for the spaces in its path.
Private Function WindowsWords(ByVal named As String) As String
    If named <> "" Then WindowsWords = """" & named & """" & NamedModule()
End Function
