; Stands in for the bundle's programs where they cannot be built: says that it ran, and runs on for as long as it is to.
; Usage: makensis -DTARGET=FILE.exe packaging/windows/stand-in.nsi
Unicode true
Target amd64-unicode
Name "npsgui"
OutFile "${TARGET}"
RequestExecutionLevel user
SilentInstall silent
!include LogicLib.nsh

Section
    FileOpen $0 "$EXEDIR\ran.txt" w
    FileClose $0
    ${While} ${FileExists} "$EXEDIR\run-on.txt"
        Sleep 100
    ${EndWhile}
SectionEnd
