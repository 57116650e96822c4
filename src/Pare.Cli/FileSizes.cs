namespace Pare.Cli;

/// <summary>Sizes on disk.</summary>
internal static class FileSizes
{
    /// <summary>Bytes of an ONNX file and the data file that Pare writes beside it.</summary>
    public static long Onnx(string path) => new FileInfo(path).Length + (new FileInfo(path + ".data") is { Exists: true } data ? data.Length : 0);
}
