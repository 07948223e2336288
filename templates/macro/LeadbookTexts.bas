Attribute VB_Name = "LeadbookTexts"
' What the macro says, in the book's language: from the block LB_Macro.texts (id, text) on the hidden sheet Lists.
Option Explicit

Private Const BLOCK As String = "LB_Macro.texts"

' The text of an id such as "no_command"; English when the book has no texts.
Public Function Say(ByVal id As String) As String
    Dim texts As Variant, row As Long
    On Error Resume Next
    texts = ThisWorkbook.Names(BLOCK).RefersToRange.Value
    If IsArray(texts) Then
        For row = LBound(texts, 1) To UBound(texts, 1)
            If texts(row, 1) = id Or texts(row, 1) = "macro." & id Then Say = CStr(texts(row, 2))
        Next row
    End If
    If Say = "" Then Say = InEnglish(id)
End Function

' The text with {name} replaced by value.
Public Function Fill(ByVal text As String, ByVal name As String, ByVal value As String) As String
    Fill = Replace(text, "{" & name & "}", value)
End Function

' The English catalogue again, for a book whose texts were deleted; a test keeps the two alike.
Private Function InEnglish(ByVal id As String) As String
    Select Case id
        Case "reading"
            InEnglish = "Refresh: reading the sheets ..."
        Case "computing"
            InEnglish = "Refresh: computing ..."
        Case "writing"
            InEnglish = "Refresh: writing the results ..."
        Case "done"
            InEnglish = "{at} Refreshed."
        Case "begun"
            InEnglish = "{at} Refresh started."
        Case "stopped"
            InEnglish = "{at} Refresh stopped; the results are as before."
        Case "no_command"
            InEnglish = "The leadbook command was not found on this computer. Install leadbook as its README " & _
                "says, or write the path of the command into the cell {cell}. Then click Refresh " & _
                "again."
        Case "failed"
            InEnglish = "leadbook ended (exit code {code}) and left no answer. It said: ""{said}"". Run " & _
                """leadbook doctor"" in a terminal: it tells what is missing and how to mend it."
        Case "nothing_said"
            InEnglish = "nothing"
        Case "half_answer"
            InEnglish = "The answer of leadbook is not complete or does not fit this book, so none of it was " & _
                "used. Click Refresh again; if it stays so, run ""leadbook doctor"" in a terminal."
        Case "hangs"
            InEnglish = "leadbook gave no answer within {seconds} seconds and was stopped. Click Refresh " & _
                "again; if it stays so, close the book and run ""leadbook process"" on it in a " & _
                "terminal."
        Case "unsaved"
            InEnglish = "This book has never been saved. Save it as .xlsm in a folder on this computer, then " & _
                "click Refresh again."
        Case "cloud"
            InEnglish = "This book is open from the address {address}, where leadbook cannot read it. Save a " & _
                "copy in a folder on this computer that is not synchronised (File, Save a Copy), open " & _
                "that copy and click Refresh there."
        Case "read_only"
            InEnglish = "This book is open for reading only, so no results can be put into it. Close it and " & _
                "open it for editing, or save it under another name."
        Case "protected"
            InEnglish = "The sheet {sheet} is protected, so no results can be put into it. Unprotect it " & _
                "(Review or Tools, Unprotect Sheet), then click Refresh again."
        Case "folder"
            InEnglish = "No file can be written beside this book in the folder {folder}. Save the book in a " & _
                "folder where you may write, or under a shorter name, then click Refresh again."
        Case "not_written"
            InEnglish = "The results could not be put into the cells ({error}); what was begun was taken back. " & _
                "Save the book, open it again and click Refresh."
        Case "unexpected"
            InEnglish = "Something unexpected happened: {error} (number {number}). Save the book, open it " & _
                "again and click Refresh; if it stays so, run ""leadbook doctor"" in a terminal."
        Case "no_addin"
            InEnglish = "Excel for Mac reaches leadbook through the xlwings add-in, and this Excel does not " & _
                "have it. In Terminal, run: python3 -m pip install xlwings, then xlwings addin " & _
                "install, then xlwings runpython install. Start Excel anew and click Refresh again."
        Case "started"
            InEnglish = "leadbook is computing; the results and a new line here appear by themselves. If " & _
                "nothing has come after two minutes, run ""leadbook doctor"" in Terminal."
    End Select
End Function
