using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>
/// A training run between two steps, or at its end, as an ordinary ONNX file: the network as it stands, the optimizer's moments as
/// initializers that no node uses, with the floats behind codes; the history in the metadata.
/// </summary>
/// <param name="At">Where the run goes on.</param>
internal sealed record Checkpoint(Model Model, TrainPosition At, IReadOnlyList<EpochRecord> History, IReadOnlyDictionary<string, Tensor> Moments)
{
    private const string Key = "checkpoint.run";
    private const string HistoryKey = "checkpoint.history";
    private const string PositionKey = "checkpoint.position";
    private const string Each = "each";
    private const string Prefix = "checkpoint/";

    /// <param name="run">What <see cref="Fingerprint"/> says of the run.</param>
    public static void Save(string path, string run, TorchGraph graph, Optimizer optimizer, TrainPosition at, IReadOnlyList<EpochRecord> history)
    {
        var model = graph.ToModel();
        List<Tensor> moments = [.. graph.Rounded.Select(name => Moment($"{Prefix}real/{name}", graph.Parameters[name].detach()))];
        var rounded = graph.Rounded.ToHashSet();
        foreach (var (name, first, second, mask, steps) in optimizer.State)
        {
            moments.Add(Moment($"{Prefix}first/{name}", first));
            if (second is not null) moments.Add(Moment($"{Prefix}second/{name}", second));
            if (mask is not null && rounded.Contains(name)) moments.Add(Moment($"{Prefix}mask/{name}", mask));
            moments.Add(Tensor.Of($"{Prefix}steps/{name}", [], [(long)steps]));
        }
        if (history is [.., { Validation.Each: { Count: > 0 } each }]) moments.Add(Tensor.Of(Prefix + Each, [each.Count], each.ToArray()));
        var lines = history.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Epoch} {h.TrainLoss:R} {h.Validation?.Value:R} {h.Validation?.Loss:R}"));
        var saved = model with { Graph = model.Graph with { Initializers = [.. model.Graph.Initializers, .. moments] } };
        OnnxFile.Write(saved.WithMetadata(Key, run).WithMetadata(HistoryKey, string.Join('\n', lines)).WithMetadata(PositionKey, at.ToText()), path);
    }

    /// <exception cref="BadInputException">The file is not a checkpoint, or is one of another run.</exception>
    public static Checkpoint Load(string path, string run)
    {
        var saved = OnnxFile.Read(path);
        if (saved.MetadataValue(Key) is not { } key) throw new BadInputException($"{path}: an ONNX file, but not a checkpoint of a training run");
        if (key != run) throw new BadInputException($"{path}: a checkpoint of another run (other network, options, teachers or data)");
        var lookup = saved.Graph.Initializers.Where(t => t.Name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(t => t.Name[Prefix.Length..]);
        if (saved.MetadataValue(PositionKey) is not { } position) throw new BadInputException($"{path}: a checkpoint of an older version of Pare; remove it to begin anew");
        var history = saved.MetadataValue(HistoryKey)!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseEpoch).ToList();
        if (lookup.TryGetValue(Each, out var each) && history is [.., { Validation: { } last }]) history[^1] = history[^1] with { Validation = last with { Each = each.Floats.ToArray() } };
        var model = saved with { Graph = saved.Graph with { Initializers = saved.Graph.Initializers.RemoveAll(t => t.Name.StartsWith(Prefix, StringComparison.Ordinal)) } };
        return new Checkpoint(model.WithMetadata(Key, null).WithMetadata(HistoryKey, null).WithMetadata(PositionKey, null), TrainPosition.Parse(position), history, lookup);
    }

    public void Restore(TorchGraph graph, Optimizer optimizer)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        foreach (var name in graph.Rounded) graph.Parameters[name].copy_(ToTorch(Moments[$"real/{name}"]));
        foreach (var name in optimizer.State.Select(s => s.Name).ToList())
            optimizer.Restore(name, ToTorch(Moments[$"first/{name}"]), Optional($"second/{name}"), Optional($"mask/{name}"), (int)Moments[$"steps/{name}"].Int64s[0]);

        torch.Tensor? Optional(string name) => Moments.TryGetValue(name, out var moment) ? ToTorch(moment) : null;
    }

    private static Tensor Moment(string name, torch.Tensor value) => Tensor.Of(name, value.shape, value.contiguous().data<float>().ToArray());

    private static torch.Tensor ToTorch(Tensor value) => torch.tensor(value.Floats.ToArray(), [.. value.Shape]);

    private static EpochRecord ParseEpoch(string line)
    {
        var parts = line.Split(' ');
        double At(int i) => double.Parse(parts[i], CultureInfo.InvariantCulture);
        return new EpochRecord(int.Parse(parts[0], CultureInfo.InvariantCulture), At(1), parts[2].Length == 0 ? null : new Score(At(2), At(3)));
    }

    /// <summary>Tells runs apart: the starting network, the options, the data, and what is learnt from teachers.</summary>
    public static string Fingerprint(TrainJob job)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add($"{OnnxWriter.Sha256(job.Model)} {job.Options with { Threads = 0 }} {job.Preprocess} {job.Augmentation} {ExampleDigest.Of(job.Train)} {job.EditEvery}");
        foreach (var (name, floats) in job.Real.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            Add(name);
            hash.AppendData(floats.Data.Span);
        }
        if (job.Distillation is { } plan)
        {
            foreach (var teacher in plan.Teachers) Add(OnnxWriter.Sha256(teacher));
            Add(string.Create(CultureInfo.InvariantCulture, $"hints {string.Join(' ', plan.Hints)} {plan.HintWeight} attention {string.Join(' ', plan.Attention)} {plan.AttentionWeight}"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
    }
}
