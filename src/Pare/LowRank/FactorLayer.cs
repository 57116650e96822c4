using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.LowRank;

/// <summary>A layer as factorisation sees it: a kernel of outputs x inputs x places, and what it costs whole and in factors.</summary>
public sealed record FactorLayer
{
    public required Layer Layer { get; init; }

    /// <summary>Why the layer stays as it is; null where it can be factorised.</summary>
    public string? Reason { get; init; }

    /// <summary>The weight: [outputs, inputs, kernel...], or [inputs, outputs] where <see cref="InputsFirst"/>.</summary>
    public Tensor Weight { get; init; } = Tensor.Of("", [0], Array.Empty<float>());
    public int Outputs { get; init; }
    public int Inputs { get; init; }

    /// <summary>The kernel's sides; empty for dense layers.</summary>
    public ImmutableArray<int> Kernel { get; init; } = [];

    /// <summary>True where the weight is a matrix [inputs, outputs].</summary>
    public bool InputsFirst { get; init; }

    /// <summary>Methods that suit the layer, of those that were asked for.</summary>
    public ImmutableArray<FactorMethod> Methods { get; init; } = [];

    /// <summary>False where the shape of the layer's values is not known; multiply-adds are then of one place.</summary>
    public bool HasKnownShape { get; init; }

    /// <summary>Places that a 1 x 1 layer in front is worked out at.</summary>
    public long InputPlaces { get; init; } = 1;

    /// <summary>Places between the two layers of a spatial split.</summary>
    public long MiddlePlaces { get; init; } = 1;

    /// <summary>Places of the output.</summary>
    public long OutputPlaces { get; init; } = 1;

    public string Name => Layer.Name;

    /// <summary>Places of the kernel.</summary>
    public int Window => Kernel.Aggregate(1, (a, b) => a * b);

    /// <summary>Number of weights.</summary>
    public long Weights => (long)Outputs * Inputs * Window;

    /// <summary>Multiply-adds for one example.</summary>
    public long Macs => OutputPlaces * Weights;

    /// <summary>The highest rank a method can have: of Tucker-2 that of the outputs.</summary>
    public int FullRank(FactorMethod method) => (int)(method == FactorMethod.Spatial
        ? Math.Min((long)Outputs * Kernel[1], (long)Inputs * Kernel[0])
        : Math.Min(Outputs, (long)Inputs * Window));

    /// <summary>The highest rank of Tucker-2's first layer; 1 for other methods.</summary>
    public int FullInputRank(FactorMethod method) => method == FactorMethod.Tucker2 ? (int)Math.Min(Inputs, (long)Outputs * Window) : 1;

    /// <summary>What the factors cost.</summary>
    public (long Macs, long Weights) Cost(FactorMethod method, int rank, int inputRank)
    {
        var (r, q) = ((long)rank, (long)inputRank);
        (long Places, long Weights)[] parts = method switch
        {
            FactorMethod.Spatial => [(MiddlePlaces, r * Inputs * Kernel[0]), (OutputPlaces, r * Outputs * Kernel[1])],
            FactorMethod.Tucker2 => [(InputPlaces, q * Inputs), (OutputPlaces, q * r * Window), (OutputPlaces, r * Outputs)],
            _ => [(OutputPlaces, r * Inputs * Window), (OutputPlaces, r * Outputs)],
        };
        return (parts.Sum(p => p.Places * p.Weights), parts.Sum(p => p.Weights));
    }
}
