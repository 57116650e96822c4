@echo off
rem Runs Pare from a checkout: builds it where a source is newer than the last build, then starts it in the caller's folder.
setlocal
set "root=%~dp0"
set "project=%root%src\Pare.Cli"
set "tool=%project%\bin\Release\net10.0\Pare.Cli.dll"
set "stamp=%project%\obj\launcher.stamp"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1

where dotnet >nul 2>nul || (echo pare: 'dotnet' was not found; the .NET 10 SDK is needed: https://dot.net>&2 & exit /b 2)
if not exist "%tool%" goto build
powershell -NoProfile -Command "$s = Get-Item $env:stamp -ErrorAction SilentlyContinue; if (!$s) { exit 1 }; $f = @(Get-ChildItem (Join-Path $env:root 'src') -Recurse -File | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]') + @(Get-ChildItem $env:root -File | Where-Object Name -Match '^(Directory\..*\.props|global\.json)$'); if ($f | Where-Object LastWriteTimeUtc -gt $s.LastWriteTimeUtc) { exit 1 }"
if not errorlevel 1 goto run

:build
echo pare: building, about a minute the first time>&2
if not exist "%project%\obj" mkdir "%project%\obj"
rem Dated before the build: a source saved meanwhile is newer.
type nul > "%stamp%.next"
pushd "%root%"
dotnet build "%project%" -c Release -v quiet --disable-build-servers > "%stamp%.log" 2>&1
set "failed=%errorlevel%"
popd
if not "%failed%"=="0" (
    echo pare: the build failed:>&2
    type "%stamp%.log" >&2
    exit /b 1
)
move /y "%stamp%.next" "%stamp%" >nul

:run
dotnet "%tool%" %*
exit /b %errorlevel%
