Attribute VB_Name = "LeadbookRefresh"
' Refresh: computes the results of the open book, unsaved cells included, and puts them into it.
'
' One macro for three programs. Which one runs it is asked while it runs, never by #If: LibreOffice runs
' both branches of #If, and one line there that it cannot compile makes every macro of the book dumb.
' For the same reason the modules for LibreOffice have no Option Explicit: to Excel, which never enters
' them, names such as ThisComponent are just empty variables.
' All text for people comes from cells (LeadbookTexts), because VBA source can hold ASCII only.
Option Explicit

' Raised when the files between macro and command change; "leadbook doctor" reads it.
Public Const LEADBOOK_MACRO As String = "1"

Private AtWork As Boolean

' What the button calls. Every way through it ends in LeadbookStatus: a status cell, and a box on failure.
Public Sub Refresh()
    ' A second click while the first is being answered must not start a second command.
    If AtWork Then Exit Sub
    AtWork = True
    On Error GoTo Broken
    BeginStatus
    If IsCalc() Then
        RefreshCalc
    ElseIf IsMac() Then
        RefreshMac
    Else
        RefreshWindows
    End If
    EndStatus
    AtWork = False
    Exit Sub
Broken:
    Fail Fill(Fill(Say("unexpected"), "error", Err.Description), "number", CStr(Err.Number))
    Resume Leave
Leave:
    On Error Resume Next
    If IsCalc() Then ReleaseCalc
    EndStatus
    AtWork = False
End Sub

' LibreOffice calls itself Excel 11; no Excel that opens .xlsm files is below 12.
Public Function IsCalc() As Boolean
    IsCalc = Val(Application.Version) < 12
End Function

Private Function IsMac() As Boolean
    IsMac = InStr(1, Application.OperatingSystem, "Mac", vbTextCompare) > 0
End Function
