using Pare.Onnx;

namespace Pare.Quantize;

/// <summary>The largest number of entries a codebook may have, zero's own included.</summary>
public readonly record struct CodebookSize
{
    private readonly int _entries;

    private CodebookSize(int entries) => _entries = entries;

    /// <summary>Number of entries, 2 to 256.</summary>
    public int Entries => _entries == 0 ? 32 : _entries;

    /// <summary>A codebook whose codes have <paramref name="bits"/> bits, 1 to 8.</summary>
    /// <exception cref="BadInputException">Other numbers of bits.</exception>
    public static CodebookSize OfBits(int bits) =>
        bits is >= 1 and <= 8 ? new(1 << bits) : throw new BadInputException($"bits is {bits}; 1 to 8 are allowed for shared weights");

    /// <summary>A codebook of <paramref name="centroids"/> entries, 2 to 256.</summary>
    /// <exception cref="BadInputException">Other numbers of entries.</exception>
    public static CodebookSize OfCentroids(int centroids) =>
        centroids is >= 2 and <= 256 ? new(centroids) : throw new BadInputException($"centroids is {centroids}; 2 to 256 are allowed, zero's own included");
}

/// <summary>A codebook's size for the layers that fit a pattern.</summary>
/// <param name="Pattern">* and ? stand for any characters; fits a layer's name, its weight's name or its operator type.</param>
/// <param name="Size">The codebook's size.</param>
public sealed record LayerSize(string Pattern, CodebookSize Size);

/// <summary>
/// What becomes of the biases. Rounded biases stay float32 constants: a rounded value's low bytes are zero, which a packed
/// file gets for nothing, while nodes and names of a Cast, DequantizeLinear or Gather cost more than a small bias has bytes.
/// Packed with 16 entries a layer, a 50-20-10 network with 2 % of its weights takes 453 bytes kept, 404 in float16, 387 on the grid and 498
/// shared; 784-189-92-10 takes 6,087, 5,619, 5,457 and 5,448.
/// </summary>
public enum BiasForm
{
    /// <summary>As they are.</summary>
    Keep,

    /// <summary>Rounded to float16: 10 bits after the leading one.</summary>
    Float16,

    /// <summary>Rounded to whole multiples, -127 to 127, of a power of two for each layer.</summary>
    Grid8,

    /// <summary>A codebook and codes, like weights; of the same size as the layer's.</summary>
    Shared,
}

/// <summary>How weights are shared.</summary>
public sealed record ShareOptions
{
    /// <summary>The codebook's size where no pattern of <see cref="Layers"/> fits.</summary>
    public CodebookSize Size { get; init; }

    /// <summary>Sizes for some layers; the first pattern that fits counts.</summary>
    public IReadOnlyList<LayerSize> Layers { get; init; } = [];

    /// <summary>Patterns, as in <see cref="LayerSize"/>, of layers that stay as they are.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>First centroids; linear was best in Deep Compression.</summary>
    public CentroidStart Start { get; init; } = CentroidStart.Linear;

    /// <summary>For <see cref="CentroidStart.Forgy"/>.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Price of one bit of code, 0 or more; 0 assigns each weight to the nearest centroid. Relative to the mean
    /// importance · weight² of the weights that are not zero: over all layers where importances are given, else over the layer.
    /// </summary>
    public double Lambda { get; init; }

    /// <summary>What becomes of the biases.</summary>
    public BiasForm Biases { get; init; } = BiasForm.Keep;

    internal void Validate()
    {
        if (!(Lambda >= 0 && double.IsFinite(Lambda))) throw new BadInputException($"lambda is {Lambda}; 0 or more is allowed");
    }

    internal bool Excludes(Layer layer) => new LayerPatterns(Exclude).Fits(layer);

    internal int Entries(Layer layer) => (Layers.FirstOrDefault(l => new LayerPatterns([l.Pattern]).Fits(layer))?.Size ?? Size).Entries;

    /// <exception cref="BadInputException">A pattern fits no layer.</exception>
    internal void CheckAllFit(IReadOnlyList<Layer> layers) => new LayerPatterns([.. Exclude, .. Layers.Select(l => l.Pattern)]).CheckAllFit(layers);
}

/// <summary>How far weights are frozen.</summary>
public sealed record FreezeOptions
{
    /// <summary>Share of each layer's weights that are not zero whose codes are final afterwards, 0 to 1. At 1 the plain shared form is left.</summary>
    public required double Fraction { get; init; }

    /// <summary>How they are shared. Biases change only at <see cref="Fraction"/> 1.</summary>
    public ShareOptions Sharing { get; init; } = new();

    internal void Validate()
    {
        if (!(Fraction is >= 0 and <= 1)) throw new BadInputException($"fraction is {Fraction}; 0 to 1 is allowed");
        Sharing.Validate();
    }
}
