using System.CommandLine;
using Pare.Coding;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Recipes;
using Pare.Zoo;

namespace Pare.Cli;

/// <summary>Networks by path or by zoo name.</summary>
internal static class Models
{
    public static Argument<string> Argument() => new("MODEL") { Description = "A path (.onnx or .pare), or the name of a network that 'pare zoo' lists." };

    /// <summary>Reads and verifies a file, or builds a network of the zoo. A path wins over a name.</summary>
    /// <param name="nameOrPath">What the user gave.</param>
    /// <param name="options">Seed and shape of a network of the zoo.</param>
    /// <exception cref="BadInputException">There is neither, or the file is not a model.</exception>
    public static LoadedModel Load(string nameOrPath, ZooOptions options)
    {
        if (nameOrPath.Length == 0) throw new BadInputException("MODEL is empty; a path, or the name of a network that 'pare zoo' lists, is needed");
        if (Directory.Exists(nameOrPath) && !ModelZoo.Contains(nameOrPath))
            throw new BadInputException($"'{nameOrPath}' is a folder; a file is needed{(File.Exists(Path.Combine(nameOrPath, "model.onnx")) ? $", such as {Path.Combine(nameOrPath, "model.onnx")}" : "")}");
        if (!IsPath(nameOrPath)) return new LoadedModel(nameOrPath, ModelZoo.Build(nameOrPath, options), null);
        return LoadedModel.Read(nameOrPath);
    }

    /// <summary>The same, for verbs that compute with the weights, which must be finite.</summary>
    /// <exception cref="BadInputException">As <see cref="Load"/>, or a weight is NaN or infinite.</exception>
    public static LoadedModel LoadFinite(string nameOrPath, ZooOptions options) => Load(nameOrPath, options).Finite();

    /// <summary>True where the user means a file: it exists, or it looks like a path.</summary>
    public static bool IsPath(string nameOrPath) =>
        File.Exists(nameOrPath) || Path.GetExtension(nameOrPath) is ".onnx" or ".pare" || Path.GetFileName(nameOrPath) != nameOrPath;

    /// <summary>Loads a file on ONNX Runtime as it is, a packed one by unpacking it in memory.</summary>
    /// <exception cref="BadInputException">The file is damaged, or ONNX Runtime refuses it.</exception>
    public static OrtModel OpenOnOrt(string path, OrtOptions options) =>
        LoadedModel.IsPackedFile(path) ? new OrtModel(PackedFile.ReadModel(path), options) : new OrtModel(path, options);

    /// <summary>Writes a model, packed where the path ends in .pare, whole or not at all.</summary>
    public static void Save(Model model, string path)
    {
        if (LoadedModel.IsPackedFile(path)) PackedFile.Pack(OnnxWriter.ToBytes(model), path);
        else OnnxFile.Write(model, path);
    }
}
