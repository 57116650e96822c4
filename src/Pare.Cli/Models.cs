using System.CommandLine;
using Pare.Onnx;
using Pare.Report;
using Pare.Zoo;

namespace Pare.Cli;

/// <summary>A network as a verb got it.</summary>
/// <param name="Name">As the user gave it.</param>
/// <param name="Path">The file it was read from; null for a network fresh from the zoo, whose weights are a random start.</param>
internal sealed record LoadedModel(string Name, Model Model, string? Path)
{
    public bool IsFresh => Path is null;
}

/// <summary>Networks by path or by zoo name.</summary>
internal static class Models
{
    public static Argument<string> Argument() => new("MODEL") { Description = "A path (.onnx or .pare), or the name of a network that 'pare zoo' lists." };

    /// <summary>Reads a file, or builds a network of the zoo. A path wins over a name.</summary>
    /// <param name="nameOrPath">What the user gave.</param>
    /// <param name="options">Seed and shape of a network of the zoo.</param>
    /// <exception cref="BadInputException">There is neither, or the file is not a model.</exception>
    public static LoadedModel Load(string nameOrPath, ZooOptions options)
    {
        if (!IsPath(nameOrPath)) return new LoadedModel(nameOrPath, ModelZoo.Build(nameOrPath, options), null);
        var model = Path.GetExtension(nameOrPath) == ".pare" ? throw new BadInputException($"{nameOrPath}: packed files cannot be read yet") : OnnxFile.Read(nameOrPath);
        return new LoadedModel(nameOrPath, model, nameOrPath);
    }

    /// <summary>True where the user means a file: it exists, or no zoo name looks like it.</summary>
    public static bool IsPath(string nameOrPath) =>
        File.Exists(nameOrPath) || (!ModelZoo.Contains(nameOrPath) && (Path.HasExtension(nameOrPath) && Path.GetExtension(nameOrPath) is ".onnx" or ".pare" || nameOrPath.Contains(Path.DirectorySeparatorChar)));

    /// <summary>Writes a model, whole or not at all.</summary>
    public static void Save(Model model, string path) => OnnxFile.Write(model, path);

    /// <summary>Refuses, before long work starts, a path that cannot be written.</summary>
    /// <exception cref="BadInputException">Its folder is missing or cannot be written, or it is a folder itself.</exception>
    public static void CheckCanWrite(string path)
    {
        if (Directory.Exists(path)) throw new BadInputException($"cannot write '{path}': it is a folder");
        var probe = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(Directory.Exists(Path.GetDirectoryName(probe)) ? $"cannot write '{path}': {e.Message}" : $"cannot write '{path}': its folder does not exist", e);
        }
    }

    /// <summary>Refuses weights that are not finite, before anything is computed with them.</summary>
    /// <exception cref="BadInputException">A float constant holds NaN or an infinity; the message names it.</exception>
    public static void CheckFinite(LoadedModel loaded)
    {
        foreach (var tensor in loaded.Model.Graph.AllTensors().Where(t => t.Type == ElementType.Float && !IsBound(t)))
        {
            var at = FirstNotFinite(tensor.Floats);
            if (at >= 0) throw new BadInputException($"{loaded.Name}: weight '{tensor.Name}' is {tensor.Floats[at]} at {Format.Count(at)}; only finite numbers can be used");
        }
    }

    // Attention masks and the bounds of Clip are single infinities, and weights of nothing.
    private static bool IsBound(Tensor tensor) => tensor.Count <= 1;

    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) return i;
        return -1;
    }
}
