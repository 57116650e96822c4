using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pare.Ort;

/// <summary>What was found for one variant of a network.</summary>
/// <param name="Value">Its score.</param>
/// <param name="Bytes">Packed bytes of the whole network.</param>
/// <param name="Macs">Its multiply-adds.</param>
/// <param name="Reason">Why there is no such variant; null where there is.</param>
public sealed record TrialResult(double Value, long Bytes, long Macs, string? Reason);

/// <summary>
/// Results by the hash of all that they depend on, one small file each. What stands in a file is believed only where it can be true; a file that is damaged
/// counts as missing and is replaced by a whole one.
/// </summary>
/// <param name="folder">Where the files are; made when the first is written.</param>
/// <param name="context">All that the results have in common: model, data, preprocessing, metric, version.</param>
public sealed class TrialCache(string folder, params string[] context)
{
    private const int MaxBytes = 4096;

    /// <summary>The result that is kept for a trial; null where there is none that can be used.</summary>
    public TrialResult? Find(params string[] trial)
    {
        var file = new FileInfo(PathOf(trial));
        try
        {
            if (!file.Exists || file.Length > MaxBytes) return null;
            return JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), TrialJson.Default.TrialResult) is { } result && double.IsFinite(result.Value) && result is { Bytes: >= 0, Macs: >= 0 } ? result : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a result.</summary>
    /// <exception cref="BadInputException">The folder cannot be written.</exception>
    public void Keep(TrialResult result, params string[] trial)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot make the cache folder '{folder}': {e.Message}", e);
        }
        AtomicFile.WriteText(PathOf(trial), JsonSerializer.Serialize(result, TrialJson.Default.TrialResult));
    }

    // Lengths keep any two lists of words apart.
    private string PathOf(string[] trial) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(context.Concat(trial).Select(w => $"{w.Length}:{w}"))))) + ".json");
}

[JsonSerializable(typeof(TrialResult))]
[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true)]
internal sealed partial class TrialJson : JsonSerializerContext;
