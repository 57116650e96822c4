using Pare.Onnx;

namespace Pare.Profile;

/// <summary>Whether a network's outputs are scores of classes, one for each: what counts then is which is largest, else how near numbers are.</summary>
public static class ClassScores
{
    /// <summary>One output, [batch, classes] with further dimensions of 1 at will; open sizes are taken to fit.</summary>
    public static bool Are(Graph graph) => graph.Outputs is [var only] && (only.Shape is not { } shape || Are([.. shape.Select(d => d.Value)]));

    /// <summary>The same of a shape, null where a size is open.</summary>
    public static bool Are(long?[] shape) => shape.Skip(1).SkipWhile(size => size == 1).ToList() is [_, .. var rest] && rest.TrueForAll(size => size is null or 1);
}
