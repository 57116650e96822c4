using System.Globalization;
using Pare.Onnx;

namespace Pare.Report;

/// <summary>The files of a compression run: <c>model.onnx</c>, <c>model.pare</c>, <c>report.json</c>, <c>report.html</c>, and in <c>front/</c> the networks of a front.</summary>
public static class CompressOutput
{
    private const string Front = "front";
    private static readonly string[] Files = ["model.onnx", "model.pare", "report.html", "report.json"];

    /// <summary>Makes sure, before long work starts, that the folder exists and can be written.</summary>
    /// <param name="front">Whether a folder <c>front</c> will be made in it.</param>
    /// <param name="inputs">Files that the work reads, which no result may replace.</param>
    /// <exception cref="BadInputException">It cannot.</exception>
    public static void Prepare(string folder, bool front = false, params ReadOnlySpan<string> inputs)
    {
        foreach (var input in inputs)
            if (File.Exists(input) && Files.Any(f => AtomicFile.Target(Path.Combine(folder, f)) == AtomicFile.Target(input)))
                throw new BadInputException($"'{input}' is read, and the result would replace it; give another folder with -o");
        if (front && Path.Combine(folder, Front) is var taken && Path.Exists(taken) && !IsFront(taken))
            throw new BadInputException($"'{taken}' holds files of others; the networks of a front go there: move it away, or give another folder with -o");
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
    /// Writes all of them. Each is first written whole to a folder of its own and moved only when all are there, the report last,
    /// so that an earlier output stays as it was where anything fails.
    /// </summary>
    /// <param name="folder">Where the files go; made if missing. A folder <c>front</c> in it that an earlier run made is replaced, or removed where there is no front.</param>
    /// <param name="writeModel">Writes the ONNX model to the path it is given, data files beside it.</param>
    /// <param name="packed">The packed model.</param>
    /// <param name="front">Of each network of the report's front, what writes it and its packed file.</param>
    /// <exception cref="BadInputException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string folder, Action<string> writeModel, ReadOnlyMemory<byte> packed, RunReport report, IReadOnlyList<(Action<string> WriteModel, byte[] Packed)>? front = null)
    {
        Prepare(folder);
        var staging = StagingIn(folder);
        try
        {
            Directory.CreateDirectory(staging);
            WriteNetwork(staging, writeModel, packed);
            foreach (var (i, network) in (front ?? []).Index())
                WriteNetwork(Directory.CreateDirectory(Path.Combine(staging, FrontFolder(i))).FullName, network.WriteModel, network.Packed);
            AtomicFile.WriteText(Path.Combine(staging, "report.html"), HtmlReport.Render(report));
            AtomicFile.WriteText(Path.Combine(staging, "report.json"), report.ToJson() + "\n");
            // Data files before the model that names them.
            var files = Directory.GetFiles(staging).OrderBy(f => Path.GetExtension(f) != ".data").ThenBy(f => f, StringComparer.Ordinal).ToList();
            foreach (var file in files)
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            Replace(Path.Combine(staging, Front), Path.Combine(folder, Front));
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

    /// <summary>Where a network of a report's front is, beside the report.</summary>
    public static string FrontFolder(int network) => string.Create(CultureInfo.InvariantCulture, $"{Front}/{network + 1}");

    private static void WriteNetwork(string folder, Action<string> writeModel, ReadOnlyMemory<byte> packed)
    {
        writeModel(Path.Combine(folder, "model.onnx"));
        AtomicFile.Write(Path.Combine(folder, "model.pare"), packed);
    }

    private static void Replace(string made, string target)
    {
        if (Directory.Exists(target) && IsFront(target)) Directory.Delete(target, recursive: true);
        if (Directory.Exists(made)) Directory.Move(made, target);
    }

    // Numbered folders of networks and nothing else: what a run has made, and may remove.
    private static bool IsFront(string folder) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).All(entry =>
        Directory.Exists(entry) && Path.GetFileName(entry).All(char.IsAsciiDigit)
        && Directory.EnumerateFileSystemEntries(entry).All(f => !Directory.Exists(f) && Path.GetFileName(f).StartsWith("model.", StringComparison.Ordinal)));

    private static string StagingIn(string folder) => Path.Combine(folder, $".{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
}
