using System.Numerics.Tensors;

namespace Pare;

/// <summary>
/// Second moments E[x·xᵀ] of what a layer multiplies its weights with, seen on examples: x is a row of inputs, or for a convolution a patch
/// unfolded in the weight's own order (channel, y, x), apart for each group. Data from an executor.
/// </summary>
/// <param name="Blocks">Blocks on the diagonal, in order; one for each group where inputs are few enough.</param>
/// <param name="Samples">Number of rows or patches that were seen.</param>
public sealed record InputMoments(IReadOnlyList<MomentBlock> Blocks, long Samples)
{
    /// <summary>Inputs of a group beyond this many are split evenly, and moments between the parts left out: a matrix stays under 85 MB.</summary>
    public const int MaxBlock = 4608;

    /// <summary>The blocks that a layer's inputs fall into, their values zero.</summary>
    /// <param name="groups">Groups of the layer, 1 or more.</param>
    /// <param name="inputs">Inputs of each group times the kernel's places.</param>
    public static IReadOnlyList<MomentBlock> Plan(int groups, int inputs)
    {
        var parts = (inputs + MaxBlock - 1) / MaxBlock;
        return [.. from g in Enumerable.Range(0, groups)
                   from p in Enumerable.Range(0, parts)
                   let first = (int)((long)inputs * p / parts)
                   let size = (int)((long)inputs * (p + 1) / parts) - first
                   select new MomentBlock(g, first, size, new float[(long)size * size], new float[size])];
    }
}

/// <summary>One block of second moments.</summary>
/// <param name="Group">The layer's group.</param>
/// <param name="First">The first of the group's inputs that it is about.</param>
/// <param name="Size">Number of inputs.</param>
/// <param name="Values">E[x·xᵀ], Size x Size, symmetric, row by row.</param>
/// <param name="Means">E[x], Size.</param>
public sealed record MomentBlock(int Group, int First, int Size, float[] Values, float[] Means)
{
    /// <summary>
    /// E[x·xᵀ] - E[x]·E[x]ᵀ: what is left of the moments where a bias may make up for the mean error of a layer's output.
    /// </summary>
    public float[] Covariance()
    {
        var values = (float[])Values.Clone();
        for (var i = 0; i < Size; i++) TensorPrimitives.MultiplyAdd(Means, -Means[i], values.AsSpan(i * Size, Size), values.AsSpan(i * Size, Size));
        return values;
    }
}
