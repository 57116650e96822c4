namespace Pare.LowRank;

/// <summary>How a layer becomes several thin ones.</summary>
public enum FactorMethod
{
    /// <summary>A dense layer or 1 x 1 convolution as two: inputs to r, r to outputs.</summary>
    Svd,

    /// <summary>A k x l convolution as k x 1 to r channels, then 1 x l (Jaderberg et al. 2014, scheme 2).</summary>
    Spatial,

    /// <summary>A convolution as one of the same kernel to r channels, then 1 x 1 (Zhang et al. 2016).</summary>
    Channel,

    /// <summary>A convolution as 1 x 1 to fewer inputs, the kernel to fewer outputs, 1 x 1 (Tucker-2; Kim et al. 2016).</summary>
    Tucker2,
}

/// <summary>Factors of one layer's weight.</summary>
/// <param name="Method">What they are factors of.</param>
/// <param name="Rank">Channels between the layers; before the last layer for Tucker-2.</param>
/// <param name="InputRank">Channels after the first layer of Tucker-2; 1 for the others.</param>
/// <param name="Weights">
/// The layers' weights from input to output, row-major. Svd and channel: [rank, inputs, kernel], [outputs, rank]; spatial: [rank, inputs, height],
/// [outputs, rank, width]; Tucker-2: [inputRank, inputs], [rank, inputRank, kernel], [outputs, rank].
/// </param>
/// <param name="Error">|y - ŷ| / |y| (Euclidean) of the layer's outputs without bias over the inputs in question; of its weights where no inputs are known.</param>
public sealed record Factors(FactorMethod Method, int Rank, int InputRank, IReadOnlyList<float[]> Weights, double Error);
