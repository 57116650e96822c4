using System.Text.Json;

namespace Pare.Ort;

/// <summary>One kernel of a profile: the node's name in the runtime, its operator, and microseconds of each time it ran.</summary>
internal sealed record KernelTimes(string Name, string Op, IReadOnlyList<double> Microseconds)
{
    /// <summary>One time a run, the first <paramref name="skip"/> runs left out: a kernel that ran several times in each is added up.</summary>
    public KernelTimes ByRun(int runs, int skip) => this with
    {
        Microseconds = [.. Enumerable.Range(skip, runs - skip).Select(r => Range(r * (long)Microseconds.Count / runs, (r + 1) * (long)Microseconds.Count / runs))],
    };

    private double Range(long from, long to)
    {
        double sum = 0;
        for (var i = from; i < to; i++) sum += Microseconds[(int)i];
        return sum;
    }
}

/// <summary>ONNX Runtime's profile: a JSON list of events, of which those of category Node whose name ends in <c>_kernel_time</c> are the operators' times.</summary>
internal static class ProfileFile
{
    private const string Suffix = "_kernel_time";

    /// <summary>The kernels in the order of their first run.</summary>
    /// <exception cref="BadInputException">The text is not such a list.</exception>
    public static IReadOnlyList<KernelTimes> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var kernels = new Dictionary<(string Name, string Op), List<double>>();
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                if (Text(entry, "cat") != "Node" || Text(entry, "name") is not { } name || !name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
                var key = (name[..^Suffix.Length], Text(entry.GetProperty("args"), "op_name") ?? "");
                if (!kernels.TryGetValue(key, out var times)) kernels[key] = times = [];
                times.Add(entry.GetProperty("dur").GetDouble());
            }
            return [.. kernels.Select(k => new KernelTimes(k.Key.Name, k.Key.Op, k.Value))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new BadInputException($"ONNX Runtime's profile cannot be read: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
