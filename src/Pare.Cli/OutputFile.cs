using Pare.Onnx;

namespace Pare.Cli;

/// <summary>The file that a verb writes.</summary>
internal static class OutputFile
{
    /// <summary>Refuses, before long work starts, a path that cannot be written.</summary>
    /// <exception cref="BadInputException">Its folder is missing or cannot be written, or it is a folder itself.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new BadInputException($"cannot write '{path}': it is a folder");
        var target = AtomicFile.Target(path);
        if (AtomicFile.IsDevice(target)) return;
        var probe = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is UnauthorizedAccessException ? "access to its folder is denied" : e.Message;
            throw new BadInputException(Directory.Exists(Path.GetDirectoryName(probe)) ? $"cannot write '{path}': {why}" : $"cannot write '{path}': its folder does not exist", e);
        }
    }

    /// <summary>The same for a file that is no network: its name is not that of one, which would be lost.</summary>
    /// <exception cref="BadInputException">It is.</exception>
    public static void CheckReport(string path, string option)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".onnx" or ".pare") throw new BadInputException($"{option} is '{path}', the name of a network; what is written there is none");
        Check(path);
    }

    /// <summary>Bytes of a file that Pare wrote, and of the data files beside it that carry its name.</summary>
    public static long Bytes(string path) => new FileInfo(path).Length + OnnxFile.DataFiles(path).Sum(f => new FileInfo(f).Length);
}
