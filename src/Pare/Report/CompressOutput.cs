using Pare.Onnx;

namespace Pare.Report;

/// <summary>The four files of a compression run: <c>model.onnx</c>, <c>model.pare</c>, <c>report.json</c>, <c>report.html</c>.</summary>
public static class CompressOutput
{
    /// <summary>Makes sure, before long work starts, that the folder exists and can be written.</summary>
    /// <exception cref="BadInputException">It cannot.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = StagingIn(folder);
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot write to the folder '{folder}': {e.Message}", e);
        }
    }

    /// <summary>
    /// Writes all four. Each is first written whole to a folder of its own and moved only when all are there, the report last,
    /// so that an earlier output stays as it was where anything fails.
    /// </summary>
    /// <param name="folder">Where the files go; made if missing.</param>
    /// <param name="writeModel">Writes the ONNX model to the path it is given, data files beside it.</param>
    /// <param name="packed">The packed model.</param>
    /// <exception cref="BadInputException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string folder, Action<string> writeModel, ReadOnlyMemory<byte> packed, RunReport report)
    {
        Prepare(folder);
        var staging = StagingIn(folder);
        try
        {
            Directory.CreateDirectory(staging);
            writeModel(Path.Combine(staging, "model.onnx"));
            AtomicFile.Write(Path.Combine(staging, "model.pare"), packed.Span);
            AtomicFile.WriteText(Path.Combine(staging, "report.html"), HtmlReport.Render(report));
            AtomicFile.WriteText(Path.Combine(staging, "report.json"), report.ToJson() + "\n");
            var files = Directory.GetFiles(staging).Order(StringComparer.Ordinal).ToList();
            foreach (var file in files)
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            // An earlier, larger model may have had data files that this one does not use; their names hold their hash.
            foreach (var stale in OnnxFile.DataFiles(Path.Combine(folder, "model.onnx")).Where(f => !files.Exists(n => Path.GetFileName(n) == Path.GetFileName(f))).ToList())
                File.Delete(stale);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadInputException)
        {
            throw new BadInputException($"cannot write to the folder '{folder}': {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>
    /// Writes the report of a run whose promise was not kept: to the folder, or, where that holds an earlier model, to <c>refused/</c> in it, so that no model
    /// stands beside another one's report.
    /// </summary>
    /// <returns>Where the report went.</returns>
    /// <exception cref="BadInputException">The folder cannot be written, or the disk is full.</exception>
    public static string WriteRefused(string folder, RunReport report)
    {
        var target = File.Exists(Path.Combine(folder, "model.onnx")) ? Path.Combine(folder, "refused") : folder;
        Prepare(target);
        AtomicFile.WriteText(Path.Combine(target, "report.html"), HtmlReport.Render(report));
        AtomicFile.WriteText(Path.Combine(target, "report.json"), report.ToJson() + "\n");
        return target;
    }

    private static string StagingIn(string folder) => Path.Combine(folder, $".{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
}
