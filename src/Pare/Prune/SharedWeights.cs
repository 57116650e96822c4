using Pare.Onnx;

namespace Pare.Prune;

/// <summary>Weights as <c>Gather(codebook, Cast(codes))</c>: a byte for each weight, its place in a codebook of floats.</summary>
/// <param name="Elements">The codes.</param>
/// <param name="Codebook">The values by code.</param>
/// <param name="OwnsCodebook">True where nothing else uses the codebook.</param>
internal sealed record SharedWeights(Tensor Elements, Tensor Codebook, bool OwnsCodebook) : IStoredWeights
{
    private const int MaxCodes = 256;

    public double Bits => Math.Log2(Codebook.Count);

    public static SharedWeights? Of(GraphIndex index, string value)
    {
        if (SharedWeight.Find(index, value) is not { Codes: { Type: ElementType.UInt8 } codes, Codebook: var codebook }) return null;
        if (codebook.Count < MaxCodes && codes.Data.Span.IndexOfAnyInRange((byte)codebook.Count, byte.MaxValue) is var bad and >= 0)
            throw new BadInputException($"tensor '{codes.Name}' has code {codes.Data.Span[bad]} at {bad}; its codebook '{codebook.Name}' has {codebook.Count} values");
        return new SharedWeights(codes, codebook, index.Consumers(codebook.Name).Count == 1 && !index.IsOutput(codebook.Name));
    }

    public ReadOnlySpan<float> Read(int start, Span<float> buffer)
    {
        var codes = Elements.Data.Span.Slice(start, buffer.Length);
        var codebook = Codebook.Floats;
        for (var i = 0; i < codes.Length; i++) buffer[i] = codebook[codes[i]];
        return buffer;
    }

    public IEnumerable<Tensor> WithZeros(ReadOnlySpan<bool> pruned)
    {
        var (zero, codebook) = ZeroCode();
        var codes = Elements.Data.ToArray();
        for (var i = 0; i < codes.Length; i++)
            if (pruned[i]) codes[i] = zero;
        var result = Elements with { Data = codes };
        return ReferenceEquals(codebook, Codebook) ? [result] : [result, codebook];
    }

    /// <summary>The code of zero, and the codebook that has it: the same one where it has a zero already.</summary>
    private (byte Code, Tensor Codebook) ZeroCode()
    {
        var values = Codebook.Floats;
        // A pruned weight's code must be one that training pins, so any exact zero will do, -0 too.
        var zero = values.IndexOf(0f);
        if (zero >= 0) return ((byte)zero, Codebook);
        if (values.Length < MaxCodes)
            return ((byte)values.Length, Codebook with { Shape = [values.Length + 1], Data = ArrayMemory.Of([.. values, 0f]) });
        var unused = OwnsCodebook ? FirstUnused() : -1;
        if (unused < 0) throw new BadInputException($"codebook '{Codebook.Name}' has {values.Length} values, all in use and none of them 0; pruning needs a code for 0");
        var changed = values.ToArray();
        changed[unused] = 0;
        return ((byte)unused, Codebook with { Data = ArrayMemory.Of(changed) });
    }

    private int FirstUnused()
    {
        Span<bool> used = stackalloc bool[MaxCodes];
        used.Clear();
        foreach (var code in Elements.Data.Span) used[code] = true;
        return used.IndexOf(false);
    }
}
