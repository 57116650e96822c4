using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Pare.Report;

namespace Pare.Compress;

/// <summary>Where and on what a run was made.</summary>
internal static class Machines
{
    public static Machine This(int threads) =>
        new(Processor(), Environment.ProcessorCount, threads, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    /// <summary>Pare's own version, without the build's suffix.</summary>
    public static string Pare { get; } = typeof(Machines).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What computes, each with its version.</summary>
    public static IReadOnlyList<string> Libraries { get; } = [$"ONNX Runtime {OrtEnv.Instance().GetVersionString()}", $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}"];

    /// <summary>A file's name, size and hash.</summary>
    public static InputFile Describe(string path)
    {
        using var stream = File.OpenRead(path);
        return new InputFile(path, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static string Processor()
    {
        const string info = "/proc/cpuinfo";
        var line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
