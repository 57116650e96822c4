using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pare.Cli.Verbs;
using Pare.Compress;
using Pare.Ort;

namespace Pare.Cli;

/// <summary>Peak memory of networks, each in a process of its own that runs the hidden verb <see cref="PeakVerb"/>.</summary>
internal static class PeakMemoryProbe
{
    /// <summary>Bytes by which loading and running a network raises a process's peak resident memory; null where no process can be started or it fails.</summary>
    public static long? Of(LoadedModel loaded, LatencyOptions options, CancellationToken cancel)
    {
        if (loaded.Path is { } path) return Start(path, options, cancel);
        var folder = Directory.CreateTempSubdirectory("pare-");
        try
        {
            var file = Path.Combine(folder.FullName, "model.onnx");
            Models.Save(loaded.Model, file);
            return Start(file, options, cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long? Start(string path, LatencyOptions options, CancellationToken cancel)
    {
        if (Command() is not [var program, .. var prefix]) return null;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [.. prefix, PeakVerb.Name, path, "--json", "--threads", Text(options.Run.Threads)];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        if (options.Batch is { } batch) Add("--batch", Text(batch));
        if (options.Size is { } size) Add("--size", size.ToString());
        using var process = Process.Start(start)!;
        using var stop = cancel.Register(process.Kill);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? Parse(output) : null;

        void Add(string name, string value)
        {
            start.ArgumentList.Add(name);
            start.ArgumentList.Add(value);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static long? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json)?["peakBytes"]?.GetValue<long>();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>How to start this program again: the file itself where it is one, else this process's own dotnet with the assembly.</summary>
    private static string[]? Command()
    {
        var assembly = typeof(Program).Assembly.Location;
        if (assembly.Length == 0) return Environment.ProcessPath is { } self ? [self] : null;
        // The runtime lies in shared/Microsoft.NETCore.App/VERSION/ beside dotnet.
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(host) ? [host, assembly] : null;
    }
}
