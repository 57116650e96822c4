using Pare.Coding;
using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;

namespace Pare.Compress;

/// <summary>A network and where it comes from.</summary>
/// <param name="Name">What reports and messages call it.</param>
/// <param name="Model">The network.</param>
/// <param name="Path">The file it was read from; null for one fresh from the zoo, whose weights are a random start.</param>
public sealed record LoadedModel(string Name, Model Model, string? Path)
{
    /// <summary>Reads and verifies a file, <c>.onnx</c> or <c>.pare</c>.</summary>
    /// <exception cref="BadInputException">It is missing, damaged, or contradicts itself; the message names the file.</exception>
    public static LoadedModel Read(string path) =>
        new LoadedModel(path, IsPackedFile(path) ? OnnxReader.Read(PackedFile.ReadModel(path)) : OnnxFile.Read(path), path).Checked(GraphSpec.Verify);

    /// <summary>True where the weights are a random start.</summary>
    public bool IsFresh => Path is null;

    /// <summary>True where it was read from a packed file.</summary>
    public bool IsPacked => Path is not null && IsPackedFile(Path);

    /// <summary>The same, if every weight is finite.</summary>
    /// <exception cref="BadInputException">A weight is NaN or infinite.</exception>
    public LoadedModel Finite() => Checked(GraphSpec.CheckFinite);

    /// <summary>The data with validation and test parts that the network has not been trained on: a stranger may have been, on all that is not the data's own test part.</summary>
    public DataSplits Unseen(DataSplits data, int seed) => IsFresh || TrainedOn.Matches(Model, data) ? data : data.ForStrangers((ulong)seed);

    /// <summary>Whether a path is that of a packed file: it ends in <c>.pare</c>.</summary>
    internal static bool IsPackedFile(string path) => System.IO.Path.GetExtension(path).Equals(".pare", StringComparison.OrdinalIgnoreCase);

    private LoadedModel Checked(Action<Model> check)
    {
        try
        {
            check(Model);
            return this;
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{Name}: {e.Message}", e);
        }
    }
}
