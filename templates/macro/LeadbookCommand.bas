Attribute VB_Name = "LeadbookCommand"
' The leadbook command: what may stand in the book about it, and how Windows finds and runs it.
Option Explicit

Private Const NAMED_CELL As String = "LB_Macro.command"
Private Const HIDDEN_WINDOW As Long = 0

' What people wrote into the cell for the command: a path, or words such as py -m leadbook; "" = find it.
' Anything that does not name leadbook is not run: a cell is not a place to start programs from.
Public Function NamedCommand() As String
    Dim words As String
    On Error Resume Next
    words = Trim(CStr(ThisWorkbook.Names(NAMED_CELL).RefersToRange.Value))
    If InStr(1, words, "leadbook", vbTextCompare) > 0 Then NamedCommand = words
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

' A path gets quotes, for its spaces; words stay words.
Private Function WindowsWords(ByVal words As String) As String
    WindowsWords = words
    If words = "" Or Left(words, 1) = """" Then Exit Function
    If Right(LCase(words), 12) = "leadbook.exe" Or Right(LCase(words), 8) = "leadbook" And InStr(words, " -m ") = 0 Then
        WindowsWords = """" & words & """"
    End If
End Function
