Attribute VB_Name = "LeadbookStatus"
' How a refresh is told: status bar while it runs, status cells always, a box when it failed and somebody looks.
Option Explicit

Private Told As String
Private Failed As Boolean
Private Running As Boolean

Public Sub BeginStatus()
    Told = ""
    Failed = False
    Running = False
End Sub

' A line in the status bar; the program may be without one.
Public Sub Progress(ByVal id As String)
    On Error Resume Next
    Application.StatusBar = Say(id)
    DoEvents
End Sub

' The refresh went well; what = the summary, one line or more.
Public Sub Succeed(ByVal what As String)
    Told = what
End Sub

' The refresh goes on by itself after the macro has ended; the command tells how it went.
' The cells are written at once: afterwards the macro could overwrite what the command wrote.
Public Sub Begun(ByVal what As String)
    Running = True
    WriteStatusCells WithTime("begun") & " " & what
End Sub

' The refresh did not happen; what = what happened and what to do.
Public Sub Fail(ByVal what As String)
    Told = what
    Failed = True
    Running = False
End Sub

Public Function HasFailed() As Boolean
    HasFailed = Failed
End Function

' Writes the outcome where people see it, and gives the status bar back.
Public Sub EndStatus()
    Dim head As String
    On Error Resume Next
    Application.StatusBar = False
    If Running Then Exit Sub
    If Told = "" Then Fail Say("half_answer")
    If Failed Then head = WithTime("stopped") Else head = WithTime("done")
    WriteStatusCells head & " " & Replace(Told, vbLf, " | ")
    If Failed Then ShowBox head & vbLf & vbLf & Told
End Sub

Private Function WithTime(ByVal id As String) As String
    WithTime = Fill(Say(id), "at", Format(Now, "yyyy-mm-dd hh:mm"))
End Function

Private Sub WriteStatusCells(ByVal what As String)
    Dim names As Variant, n As Long
    names = Array("LB_Leads.status", "LB_Results.status", "LB_Dash.status")
    ' A book may lack one of them, and a protected sheet takes no text: the others still tell.
    On Error Resume Next
    For n = LBound(names) To UBound(names)
        ThisWorkbook.Names(names(n)).RefersToRange.Value = what
    Next n
    If IsCalc() Then ForgetUndo
End Sub

' A box that nobody can close would hang a hidden program for ever.
Private Sub ShowBox(ByVal what As String)
    On Error Resume Next
    If IsCalc() Then
        If CalcIsVisible() Then MsgBox what, vbExclamation, "leadbook"
    ElseIf Application.Visible Then
        ShowExcelBox what
    End If
End Sub
