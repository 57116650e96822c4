using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Weights as plain floats: an initializer or a Constant node.</summary>
internal sealed record DenseWeights(Tensor Elements) : IStoredWeights
{
    public double Bits => 32;

    public ReadOnlySpan<float> Read(int start, Span<float> buffer) => Elements.Floats.Slice(start, buffer.Length);

    public IEnumerable<Tensor> WithZeros(ReadOnlySpan<bool> pruned)
    {
        var weights = Elements.Floats;
        var result = GC.AllocateUninitializedArray<float>(weights.Length);
        for (var i = 0; i < result.Length; i++) result[i] = pruned[i] ? 0 : weights[i];
        return [Elements with { Data = ArrayMemory.Of(result) }];
    }
}
