using System.CommandLine;
using Pare.Onnx;
using Pare.Report;

namespace Pare.Cli;

/// <summary>The file of measured layers that a target is shared out by. Defined once for every verb that takes it.</summary>
internal static class ByFlag
{
    public static Option<string?> Create(string what) => Opt.Text("--by", "FILE", $"What 'pare sensitivity' wrote for this network: {what}");

    /// <summary>The measurements; null where the option is not given.</summary>
    /// <exception cref="BadInputException">The file is damaged, or was measured on another network.</exception>
    public static SensitivityReport? Read(VerbRun run, Option<string?> option, Model model)
    {
        if (run.Get(option) is not { } path) return null;
        var report = SensitivityReport.Load(path);
        var hash = OnnxWriter.Sha256(model);
        return report.Sha256 == hash ? report : throw new BadInputException($"{path} was measured on {report.Model} ({Start(report.Sha256)}), not on this network ({Start(hash)})");
    }

    private static string Start(string hash) => $"SHA-256 {hash[..Math.Min(12, hash.Length)]}";
}
