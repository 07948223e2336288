Attribute VB_Name = "LeadbookFiles"
' Files in LibreOffice: by URL and in UTF-8, so that any path and any letter goes through.
' No Option Explicit: see LeadbookCalc.

Private Function Service(ByVal name As String) As Object
    Set Service = GetProcessServiceManager.createInstance(name)
End Function

' False when the folder cannot be written.
Public Function WriteText(ByVal url As String, ByVal text As String) As Boolean
    Dim raw As Object, stream As Object
    On Error GoTo Refused
    Set raw = Service("com.sun.star.ucb.SimpleFileAccess").openFileWrite(url)
    Set stream = Service("com.sun.star.io.TextOutputStream")
    stream.setOutputStream raw
    stream.setEncoding "UTF-8"
    stream.writeString text
    stream.closeOutput
    WriteText = True
    Exit Function
Refused:
    WriteText = False
End Function

' The whole text of a file; "" when there is none.
Public Function ReadText(ByVal url As String) As String
    Dim files As Object, stream As Object
    Set files = Service("com.sun.star.ucb.SimpleFileAccess")
    If Not files.exists(url) Then Exit Function
    Set stream = Service("com.sun.star.io.TextInputStream")
    stream.setInputStream files.openFileRead(url)
    stream.setEncoding "UTF-8"
    If Not stream.isEOF() Then ReadText = stream.readString(Array(), False)
    stream.closeInput
End Function

Public Function FileIsThere(ByVal url As String) As Boolean
    FileIsThere = Service("com.sun.star.ucb.SimpleFileAccess").exists(url)
End Function

Public Sub DeleteFile(ByVal url As String)
    On Error Resume Next
    With Service("com.sun.star.ucb.SimpleFileAccess")
        If .exists(url) Then .kill url
    End With
End Sub

' A URL as people know it: /home/lan/x.xlsm.
Public Function SystemPath(ByVal url As String) As String
    SystemPath = Service("com.sun.star.ucb.FileContentProvider").getSystemPathFromFileURL(url)
End Function
