; The installer for Windows: for one user, without an administrator; English and Simplified Chinese.
;
; Run: compiled with Debian's makensis, and installed, upgraded and removed in wine, with a stand-in for the
; program (packaging/prove-windows). Not run: on Windows itself, and with the real bundle.
;
; Usage: makensis -DVERSION=0.1.0 -DICON=FILE.ico -DBUNDLE=FOLDER -DTARGET=FILE.exe packaging/windows/npsgui.nsi
; with whole paths, for makensis works in the folder of this file
; The installer takes /S (silent), /AUTOSTART=1 and /D=FOLDER (last); the uninstaller /S and /DATA=remove.

Unicode true
Target amd64-unicode
ManifestDPIAware true
SetCompressor /SOLID lzma
RequestExecutionLevel user

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\npsgui"
!define AUTOSTART_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define DATA "$LOCALAPPDATA\npsgui"

Name "npsgui ${VERSION}"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\npsgui"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "npsgui"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "npsgui"
VIAddVersionKey LegalCopyright "2026 The npsgui authors, MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\npsgui.exe"
!insertmacro MUI_PAGE_LICENSE "../../LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

LangString PROGRAM ${LANG_ENGLISH} "npsgui"
LangString PROGRAM ${LANG_SIMPCHINESE} "npsgui"
LangString AUTOSTART ${LANG_ENGLISH} "Start when I log in"
LangString AUTOSTART ${LANG_SIMPCHINESE} "登录时启动"
LangString DESKTOP ${LANG_ENGLISH} "Icon on the desktop"
LangString DESKTOP ${LANG_SIMPCHINESE} "桌面图标"
LangString ABOUT_PROGRAM ${LANG_ENGLISH} "The program, its command line and a menu entry."
LangString ABOUT_PROGRAM ${LANG_SIMPCHINESE} "程序、命令行和开始菜单项。"
LangString ABOUT_AUTOSTART ${LANG_ENGLISH} "Your tunnels run from the moment you log in."
LangString ABOUT_AUTOSTART ${LANG_SIMPCHINESE} "登录后隧道立即运行。"
LangString ABOUT_DESKTOP ${LANG_ENGLISH} "An icon on the desktop."
LangString ABOUT_DESKTOP ${LANG_SIMPCHINESE} "在桌面上放一个图标。"
LangString RUNNING ${LANG_ENGLISH} "npsgui is running. Quit it, then try again."
LangString RUNNING ${LANG_SIMPCHINESE} "npsgui 正在运行。请先退出，然后重试。"
LangString ASK_DATA ${LANG_ENGLISH} "Remove your data, too? The folder ${DATA} holds your clients, tunnels, settings and the whole history of their traffic. Without it a later npsgui starts empty."
LangString ASK_DATA ${LANG_SIMPCHINESE} "同时删除您的数据吗？文件夹 ${DATA} 中保存着客户端、隧道、设置和全部流量历史。删除后，以后安装的 npsgui 将从空白开始。"

; A program that runs keeps its file from being written.
!macro WaitUntilItEnds
    ${While} ${FileExists} "$INSTDIR\npsgui.exe"
        ClearErrors
        FileOpen $0 "$INSTDIR\npsgui.exe" a
        ${IfNot} ${Errors}
            FileClose $0
            ${Break}
        ${EndIf}
        MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY +3
        SetErrorLevel 1
        Quit
    ${EndWhile}
!macroend

; What was installed, and no more: the folder is the user's choice and may hold other files.
!macro RemoveProgram
    Delete "$INSTDIR\npsgui.exe"
    Delete "$INSTDIR\npsgui-cli.exe"
    Delete "$INSTDIR\LICENSE.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir /r "$INSTDIR\_internal"
    RMDir "$INSTDIR"
!macroend

Section "$(PROGRAM)" SECTION_PROGRAM
    SectionIn RO
    !insertmacro WaitUntilItEnds
    !insertmacro RemoveProgram
    SetOutPath "$INSTDIR"
    File /r "${BUNDLE}/*"
    File /oname=LICENSE.txt "../../LICENSE"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    CreateShortcut "$SMPROGRAMS\npsgui.lnk" "$INSTDIR\npsgui.exe"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "npsgui"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\npsgui.exe"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The npsgui authors"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0
SectionEnd

Section /o "$(AUTOSTART)" SECTION_AUTOSTART
    WriteRegStr HKCU "${AUTOSTART_KEY}" "npsgui" '"$INSTDIR\npsgui.exe" --hidden'
SectionEnd

Section /o "$(DESKTOP)" SECTION_DESKTOP
    CreateShortcut "$DESKTOP\npsgui.lnk" "$INSTDIR\npsgui.exe"
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
    !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_PROGRAM} "$(ABOUT_PROGRAM)"
    !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_AUTOSTART} "$(ABOUT_AUTOSTART)"
    !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_DESKTOP} "$(ABOUT_DESKTOP)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; An upgrade keeps the choices of the installation before; /AUTOSTART=1 makes one in silence.
Function .onInit
    ReadRegStr $0 HKCU "${AUTOSTART_KEY}" "npsgui"
    ${GetParameters} $1
    ${GetOptions} $1 "/AUTOSTART=" $2
    ${If} $0 != ""
    ${OrIf} $2 == "1"
        !insertmacro SelectSection ${SECTION_AUTOSTART}
    ${EndIf}
    ${If} ${FileExists} "$DESKTOP\npsgui.lnk"
        !insertmacro SelectSection ${SECTION_DESKTOP}
    ${EndIf}
FunctionEnd

; Taken back by who upgrades and no longer wants it.
Section "-choices"
    ${IfNot} ${SectionIsSelected} ${SECTION_AUTOSTART}
        DeleteRegValue HKCU "${AUTOSTART_KEY}" "npsgui"
    ${EndIf}
    ${IfNot} ${SectionIsSelected} ${SECTION_DESKTOP}
        Delete "$DESKTOP\npsgui.lnk"
    ${EndIf}
SectionEnd

Section "Uninstall"
    !insertmacro WaitUntilItEnds
    !insertmacro RemoveProgram
    Delete "$SMPROGRAMS\npsgui.lnk"
    Delete "$DESKTOP\npsgui.lnk"
    DeleteRegValue HKCU "${AUTOSTART_KEY}" "npsgui"
    DeleteRegKey HKCU "${UNINSTALL_KEY}"
    ${GetParameters} $0
    ${GetOptions} $0 "/DATA=" $1
    ${If} $1 == "remove"
        RMDir /r "${DATA}"
    ${ElseIf} ${FileExists} "${DATA}\*"
        MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "$(ASK_DATA)" /SD IDNO IDNO +2
        RMDir /r "${DATA}"
    ${EndIf}
SectionEnd
