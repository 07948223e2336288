Attribute VB_Name = "LeadbookCalc"
' LibreOffice: the cells go to the command in one file, the results come back in another.
' No Option Explicit here: ThisComponent and GetProcessServiceManager are LibreOffice's own words; Excel never
' enters this module and takes them for empty variables.

Private Window As Object
Private Written As Boolean

Public Sub RefreshCalc()
    Dim stem As String, code As Long
    If Not CanBeRefreshed() Then Exit Sub
    stem = BesideBook()
    DeleteFiles stem
    Progress "reading"
    If WriteText(stem & "lb-cells", CellsText()) Then
        Progress "computing"
        LockWindow
        code = RunForCalc(stem)
        ReleaseCalc
        If Not HasFailed() Then TakeAnswer ReadText(stem & "lb-answer"), code, ReadText(stem & "lb-said")
    Else
        Fail Fill(Say("folder"), "folder", SystemPath(Left(stem, Len(stem) - Len(".~" & BookUrlName() & ".") - 1)))
    End If
    DeleteFiles stem
End Sub

' Gives the window back to the user; also called when something broke.
Public Sub ReleaseCalc()
    On Error Resume Next
    If Not Window Is Nothing Then Window.setEnable True
    Set Window = Nothing
End Sub

' Whether somebody can see the book, and close a box.
Public Function CalcIsVisible() As Boolean
    On Error Resume Next
    CalcIsVisible = ThisComponent.CurrentController.Frame.ContainerWindow.isVisible()
End Function

' Like Excel after a macro: LibreOffice would take back half of a refresh, because its Undo of a written range
' leaves what was put into cells that were empty.
Public Sub ForgetUndo()
    If Not Written Then Exit Sub
    Written = False
    ThisComponent.UndoManager.clear
End Sub

' Cells are going to be written.
Public Sub BeginWriting()
    Written = True
    ThisComponent.lockControllers
End Sub

Public Sub EndWriting()
    ThisComponent.unlockControllers
End Sub

' Nobody may sort or type while the command computes: the answer is for the rows as they were.
Private Sub LockWindow()
    On Error Resume Next
    Set Window = ThisComponent.CurrentController.Frame.ContainerWindow
    Window.setEnable False
End Sub

' Days between the serials of the files (those of Excel's usual calendar) and of a book that counts from 1904.
Public Function DateShift() As Long
    If ThisComponent.NullDate.Year = 1904 Then DateShift = 1462
End Function

' False, and told why, for a book that has no file in a folder here or that takes no changes.
Private Function CanBeRefreshed() As Boolean
    If ThisComponent.URL = "" Then
        Fail Say("unsaved")
    ElseIf Left(ThisComponent.URL, 7) <> "file://" Then
        Fail Fill(Say("cloud"), "address", ThisComponent.URL)
    ElseIf ThisComponent.isReadonly() Then
        Fail Say("read_only")
    Else
        CanBeRefreshed = True
    End If
End Function

' The start of the names of the files beside the book, as a URL: .../.~NAME.
Private Function BesideBook() As String
    Dim url As String
    url = ThisComponent.URL
    BesideBook = Left(url, Len(url) - Len(BookUrlName())) & ".~" & BookUrlName() & "."
End Function

Private Function BookUrlName() As String
    Dim parts As Variant
    parts = Split(ThisComponent.URL, "/")
    BookUrlName = parts(UBound(parts))
End Function

Private Sub DeleteFiles(ByVal stem As String)
    Dim ending As Variant
    For Each ending In Array("lb-cells", "lb-answer", "lb-said", "lb-code")
        DeleteFile stem & ending
    Next ending
End Sub

' said = what the command printed; told when it left no answer.
Private Sub TakeAnswer(ByVal answer As String, ByVal code As Long, ByVal said As String)
    If answer = "" Then
        FailWithoutAnswer code, Replace(said, vbLf, " ")
    ElseIf Not IsWhole(answer) Then
        Fail Say("half_answer")
    Else
        Progress "writing"
        PutAnswer answer
    End If
End Sub
