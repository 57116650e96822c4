using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pare.NativeTests.Cli;
using Pare.Report;
using Pare.Tests.Report;
using Xunit;

namespace Pare.NativeTests.Report;

/// <summary>Opens Pare's pages in Chromium (tests/browser/check.mjs). Skipped where Node.js, its packages or Chromium are not there: the rest of the tests needs the SDK alone. PARE_SHOTS names a folder for pictures of the pages.</summary>
public sealed class BrowserTests : IDisposable
{
    private static readonly string Scripts = Path.GetFullPath(Path.Combine(Folder(), "..", "..", "browser"));
    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void Pages_work_narrow_and_wide_light_and_dark_by_keyboard_and_without_a_request()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"no Chromium at {Chromium}");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Scripts, "node_modules")), "no node_modules in tests/browser: run 'npm ci' there");
        Assert.SkipUnless(HasNode(), "no Node.js");

        File.WriteAllText(_pare.At("small.html"), HtmlReport.Render(Reports.Sample));
        File.WriteAllText(_pare.At("large.html"), HtmlReport.Render(Reports.Large));
        File.WriteAllText(_pare.At("compare.html"), ComparisonHtml.Render(Reports.Compared));
        _pare.Tiny();
        _pare.Succeed("inspect @tiny.onnx --seconds 0.05 --html @inspect.html");

        string[] shots = Environment.GetEnvironmentVariable("PARE_SHOTS") is { Length: > 0 } folder ? ["--shots", folder] : [];
        var (code, output) = Node([Path.Combine(Scripts, "check.mjs"), .. shots, _pare.At("small.html"), _pare.At("large.html"), _pare.At("compare.html"), _pare.At("inspect.html")]);
        Assert.True(code == 0, output);
        // Four pages, two widths, two schemes.
        Assert.Contains("16 views, ", output, StringComparison.Ordinal);
        Assert.Contains(" 0 findings", output, StringComparison.Ordinal);
    }

    private static bool HasNode()
    {
        try
        {
            return Node("--version").Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Node(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("node", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
