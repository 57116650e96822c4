using Pare.Onnx;
using Pare.Report;

namespace Pare.Compress;

/// <summary>A network and its packed file.</summary>
public sealed record PackedModel(Model Model, byte[] Packed);

/// <summary>A compressed model with everything that is said about it.</summary>
/// <param name="Model">The network, with its preprocessing in its metadata.</param>
/// <param name="Packed">The bytes of its packed file.</param>
/// <param name="Report">Both costs before and after, what was lost, layers and steps.</param>
/// <param name="Kept">False where no network kept the promise: then this is the one that came nearest, to be told about and not to be used.</param>
public sealed record CompressionResult(Model Model, byte[] Packed, RunReport Report, bool Kept)
{
    /// <summary>Of a search for both costs: the networks of the report's front, in its order.</summary>
    public IReadOnlyList<PackedModel> Front { get; init; } = [];

    /// <exception cref="PromiseException">The promise was not kept.</exception>
    public CompressionResult OrThrow() => Kept ? this : throw new PromiseException(Report.Contract switch
    {
        { Found: false } none => none.Verdict,
        { MaxDrop: null, MinRatio: null } aim => $"no network was found that loses as little as the recipe allows itself; the nearest, {Report.Ratio:0.#}x: {aim.Verdict}",
        var promise => $"no network was found that keeps the promise; the nearest, {Report.Ratio:0.#}x: {promise.Verdict}",
    });
}
