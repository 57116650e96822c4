using Microsoft.ML.OnnxRuntime;

namespace Pare.Ort;

/// <summary>How ONNX Runtime runs a model.</summary>
public sealed record OrtOptions
{
    /// <summary>Threads within an operator; 0 for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>How much ONNX Runtime may rewrite the graph when it loads it.</summary>
    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Start of the path that a profile is written to; null for none.</summary>
    internal string? ProfilePrefix { get; init; }

    /// <summary>Where the optimized graph is written to; null for nowhere.</summary>
    internal string? OptimizedPath { get; init; }

    internal SessionOptions ToSessionOptions()
    {
        var options = Plain();
        if (OptimizedPath is { } path) options.OptimizedModelFilePath = path;
        if (ProfilePrefix is not { } prefix) return options;
        options.ProfileOutputPathPrefix = prefix;
        options.EnableProfiling = true;
        return options;
    }

    private SessionOptions Plain() => new()
    {
        IntraOpNumThreads = Threads >= 0 ? Threads : throw new BadInputException($"{Threads} threads; 0 (one a core) or more are possible"),
        GraphOptimizationLevel = Optimization,
        // What matters comes as an exception; warnings on stderr would only disturb the user's own output.
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };
}
