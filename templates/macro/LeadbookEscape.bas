Attribute VB_Name = "LeadbookEscape"
' \uXXXX: how text travels between macro and command, one line a cell and tabs between fields.
Option Explicit

' The text with every \uXXXX turned back into its character.
Public Function Plain(ByVal text As String) As String
    Dim parts As Variant, n As Long
    If InStr(text, "\u") = 0 Then
        Plain = text
        Exit Function
    End If
    parts = Split(text, "\u")
    Plain = parts(0)
    For n = 1 To UBound(parts)
        Plain = Plain & ChrW(CLng("&H" & Left(parts(n), 4))) & Mid(parts(n), 5)
    Next n
End Function

' The text with \, tab and line ends as \uXXXX; all else stays, the file is UTF-8.
Public Function Escaped(ByVal text As String) As String
    Escaped = Replace(Replace(text, "\", "\u005C"), vbTab, "\u0009")
    Escaped = Replace(Replace(Escaped, vbLf, "\u000A"), vbCr, "\u000D")
End Function
