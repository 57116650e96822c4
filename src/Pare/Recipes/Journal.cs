using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>
/// The work of a run so far, in a folder of its own: started again after any interruption, the run takes from here what it had finished and goes on
/// where it was, to the same bits. A recipe does the same things in the same order each time, so its long steps are numbered.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>Version of the folder's layout.</summary>
    private const string Version = "1";

    private const string ReasonPrefix = "journal.float.";
    private readonly string _folder;
    private readonly FileStream _lock;
    private int _next, _measured;

    private Journal(string folder, FileStream held) => (_folder, _lock) = (folder, held);

    /// <summary>Opens the folder's journal, or begins one.</summary>
    /// <param name="folder">Made if missing.</param>
    /// <param name="run">What tells this run from others: names of things and their hashes.</param>
    /// <exception cref="BadInputException">Another run is using it, it belongs to another run or version, or it cannot be written.</exception>
    public static Journal Open(string folder, IReadOnlyDictionary<string, string> run)
    {
        var held = Lock(folder);
        try
        {
            var identity = new SortedDictionary<string, string>(run.ToDictionary(), StringComparer.Ordinal) { ["journal version"] = Version };
            var path = Path.Combine(folder, "run.json");
            if (!File.Exists(path)) AtomicFile.WriteText(path, JsonSerializer.Serialize(identity, JournalJson.Default.SortedDictionaryStringString));
            else Compare(folder, Note(path, JournalJson.Default.SortedDictionaryStringString) ?? [], identity);
            return new Journal(folder, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Long steps that an earlier start of the run began; 0 for a run from the start.</summary>
    public int Found => Directory.GetFiles(_folder, "*.onnx").Length;

    /// <summary>The training method with every run's state kept here; a run that had ended before is not done again.</summary>
    public TrainMethod Around(TrainMethod train) => (job, progress, cancellation) => train(job with { Checkpoint = Next("train") }, progress, cancellation);

    /// <summary>The method with its results kept here where they depend on times that were measured.</summary>
    public IntegerMethod Around(IntegerMethod method) => (model, options, undo, run) =>
    {
        if (!undo) return method(model, options, undo, run);
        var path = Next("int8");
        if (!File.Exists(path))
        {
            var made = method(model, options, undo, run);
            OnnxFile.Write(made.Float.Aggregate(made.Model, (m, r) => m.WithMetadata(ReasonPrefix + r.Key, r.Value)), path);
        }
        // Read back even if just written, so that an interrupted run cannot differ from one that was not.
        var saved = OnnxFile.Read(path);
        var kept = saved.Metadata.Where(m => m.Key.StartsWith(ReasonPrefix, StringComparison.Ordinal)).ToImmutableDictionary(m => m.Key[ReasonPrefix.Length..], m => m.Value);
        return new CodedNetwork(kept.Keys.Aggregate(saved, (m, name) => m.WithMetadata(ReasonPrefix + name, null)), kept, ImmutableDictionary<string, Tensor>.Empty);
    };

    /// <summary>Numbers that hang on the clock: what an earlier start of the run measured at this point, or else what is measured now.</summary>
    public double[] Recall(Func<double[]> measure)
    {
        var path = Path.Combine(_folder, $"{_measured++:00000}-measured.json");
        if (!File.Exists(path)) AtomicFile.WriteText(path, JsonSerializer.Serialize(measure(), JournalJson.Default.DoubleArray));
        return Note(path, JournalJson.Default.DoubleArray) ?? throw new BadInputException($"{path}: no numbers; remove the folder to begin anew");
    }

    /// <summary>Removes the journal: the run has come to its end.</summary>
    public void Delete()
    {
        // What says whose work it is goes last: without it another run would take the rest for its own.
        foreach (var file in Directory.GetFiles(_folder).Where(f => Path.GetFileName(f) is not ("run.json" or "lock"))) File.Delete(file);
        _lock.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _lock.Dispose();

    private string Next(string kind) => Path.Combine(_folder, $"{_next++:0000}-{kind}.onnx");

    // The system lets go of the lock however the process ends.
    private static FileStream Lock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot work in '{folder}': {(e is IOException && File.Exists(Path.Combine(folder, "lock")) ? "another run is working there; wait for it, or give another folder" : e.Message)}", e);
        }
    }

    private static T? Note<T>(string path, JsonTypeInfo<T> type)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > 1 << 16) throw new BadInputException($"{path}: {file.Length} bytes; a journal's notes have at most {1 << 16}");
            return JsonSerializer.Deserialize(File.ReadAllText(path), type);
        }
        catch (JsonException e)
        {
            throw new BadInputException($"{path}: not the note of a journal; remove the folder to begin anew", e);
        }
    }

    private static void Compare(string folder, SortedDictionary<string, string> found, SortedDictionary<string, string> expected)
    {
        foreach (var (name, value) in expected)
        {
            if (found.TryGetValue(name, out var other) && other == value) continue;
            throw new BadInputException($"'{folder}' holds unfinished work of another run: {name} is {Short(other ?? "missing")} there, {Short(value)} here; remove that folder to begin anew, or give another one with -o");
        }

        static string Short(string value) => value.Length > 16 ? value[..12] : value;
    }
}
