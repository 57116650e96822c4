using Pare.Onnx;
using Pare.Report;

namespace Pare.Compress;

/// <summary>A compressed model with everything that is said about it.</summary>
/// <param name="Model">The network, with its preprocessing in its metadata.</param>
/// <param name="Packed">The bytes of its packed file.</param>
/// <param name="Report">Both costs before and after, what was lost, layers and steps.</param>
/// <param name="Kept">False where no network kept the promise: then this is the one that came nearest, to be told about and not to be used.</param>
public sealed record CompressionResult(Model Model, byte[] Packed, RunReport Report, bool Kept)
{
    /// <exception cref="PromiseException">The promise was not kept.</exception>
    public CompressionResult OrThrow() => Kept ? this : throw new PromiseException($"no network was found that keeps the promise; the nearest, {Report.Ratio:0.#}x: {Report.Contract.Verdict}");
}
