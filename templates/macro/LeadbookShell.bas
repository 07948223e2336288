Attribute VB_Name = "LeadbookShell"
' How LibreOffice runs the command and waits for it: on Linux and macOS through /bin/sh, on Windows like Excel.
' No Option Explicit: see LeadbookCalc.

Private Const SECONDS_TO_WAIT As Long = 300
Private Const NOT_FOUND As Long = 127
Private Const STOPPED As Long = 143
Private Const TENTH_OF_A_SECOND As Double = 1 / 864000

' stem = start of the names of the files beside the book (URL). Gives the exit code; has told when none came.
Public Function RunForCalc(ByVal stem As String) As Long
    If Environ("OS") = "Windows_NT" Then
        RunForCalc = RunOnWindows("refresh """ & SystemPath(ThisComponent.URL) & """ --answer """ & _
            SystemPath(stem & "lb-answer") & """ --cells """ & SystemPath(stem & "lb-cells") & """" & LanguageOption())
        If RunForCalc = -1 Then FailWithoutCommand
        Exit Function
    End If
    ' Shell knows no way to pass a quote: the script travels as octal numbers, which also carry any letter.
    Shell "/bin/sh -c ""printf '%b' '" & Octal(Script(stem)) & "' | /bin/sh""", 0
    RunForCalc = WaitForCode(stem & "lb-code")
    If RunForCalc = NOT_FOUND Then FailWithoutCommand
End Function

' The seconds to wait; the environment may shorten or lengthen them.
Private Function Patience() As Long
    Patience = SECONDS_TO_WAIT
    If Val(Environ("LEADBOOK_SECONDS")) >= 1 Then Patience = Val(Environ("LEADBOOK_SECONDS"))
End Function

Private Function WaitForCode(ByVal url As String) As Long
    Dim began As Date, late As Boolean
    began = Now
    Do Until FileIsThere(url) Or late
        Application.Wait Now + TENTH_OF_A_SECOND
        late = (Now - began) * 86400 > Patience() + 5
    Loop
    WaitForCode = Val(ReadText(url))
    If late Or WaitForCode = STOPPED And (Now - began) * 86400 >= Patience() - 1 Then
        Fail Fill(Say("hangs"), "seconds", CStr(Patience()))
    End If
End Function

' Finds the command, runs it under a watch that ends it when it hangs, and writes the exit code last.
Private Function Script(ByVal stem As String) As String
    Dim lines As Variant
    lines = Array( _
        "unset PYTHONHOME", _
        "PATH=$PATH:$HOME/.local/bin:/usr/local/bin:/opt/homebrew/bin; export PATH", _
        "set -f", _
        "answers() { ""$@"" --version; }", _
        "find_and_run() {", _
        "named=" & Quoted(Utf8(NamedCommand())), _
        "if [ -n ""$named"" ] && answers ""$named""" & NamedModule() & "; then set -- ""$named""" & NamedModule(), _
        "elif answers leadbook; then set -- leadbook", _
        "elif answers python3 -m leadbook; then set -- python3 -m leadbook", _
        "else return 127; fi >/dev/null 2>&1", _
        "exec ""$@"" refresh " & Path(ThisComponent.URL) & " --answer " & Path(stem & "lb-answer") & _
            " --cells " & Path(stem & "lb-cells") & LanguageOption(), _
        "}", _
        "find_and_run </dev/null >" & Path(stem & "lb-said") & " 2>&1 & command=$!", _
        "( left=" & Patience() & "; while [ $left -gt 0 ] && kill -0 $command; do sleep 1; left=$((left-1)); done", _
        "kill $command ) >/dev/null 2>&1 &", _
        "wait $command; code=$?", _
        "echo $code >" & Path(stem & "lb-part") & "; mv " & Path(stem & "lb-part") & " " & Path(stem & "lb-code"))
    Script = Join(lines, vbLf) & vbLf
End Function

' A file URL as a word for the shell; bytes above 127 stand as single characters.
Private Function Path(ByVal url As String) As String
    Dim place As Long, found As String, rest As String
    rest = Mid(url, 8)
    place = 1
    Do While place <= Len(rest)
        If Mid(rest, place, 1) = "%" Then
            found = found & ChrW(CLng("&H" & Mid(rest, place + 1, 2)))
            place = place + 3
        Else
            found = found & Mid(rest, place, 1)
            place = place + 1
        End If
    Loop
    Path = Quoted(found)
End Function

Private Function Quoted(ByVal text As String) As String
    Quoted = "'" & Replace(text, "'", "'\''") & "'"
End Function

' The bytes of a text in UTF-8, one character each.
Private Function Utf8(ByVal text As String) As String
    Dim place As Long, code As Long
    For place = 1 To Len(text)
        code = AscW(Mid(text, place, 1)) And &HFFFF&
        If code < 128 Then
            Utf8 = Utf8 & ChrW(code)
        ElseIf code < 2048 Then
            Utf8 = Utf8 & ChrW(192 + code \ 64) & ChrW(128 + code Mod 64)
        Else
            Utf8 = Utf8 & ChrW(224 + code \ 4096) & ChrW(128 + (code \ 64) Mod 64) & ChrW(128 + code Mod 64)
        End If
    Next place
End Function

' Every byte as \0ooo, for printf.
Private Function Octal(ByVal text As String) As String
    Dim place As Long
    For place = 1 To Len(text)
        Octal = Octal & "\0" & Right("00" & Oct(AscW(Mid(text, place, 1))), 3)
    Next place
End Function
