using System.Collections.Concurrent;

namespace Pare.Torch;

/// <summary>
/// Torch scalars that live as long as the process. TorchSharp reads a Scalar's native handle and lets the object go, so one made on
/// the fly (an implicit conversion, or the hidden alpha = 1 of an addition) can be finalized while torch still reads it; a
/// collection at that moment ends the process. Every scalar argument in this project therefore comes from here or stands in a using.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();

    // Whole, so that they suit tensors of whole numbers too.
    public static Scalar One { get; } = 1;
    private static Scalar MinusOne { get; } = -1;

    /// <summary>The scalar of a constant of the program or of a node's attribute: of the few values there are, each is kept once.</summary>
    public static Scalar Of(double value) => Kept.GetOrAdd(value, static v => v);

    /// <summary>a + b, without a scalar made on the fly.</summary>
    public static TorchTensor Plus(this TorchTensor a, TorchTensor b) => a.add(b, One);

    /// <summary>a + number.</summary>
    public static TorchTensor Plus(this TorchTensor a, double number) => a.add(Of(number), One);

    /// <summary>a · number.</summary>
    public static TorchTensor Times(this TorchTensor a, double number) => a.mul(Of(number));

    /// <summary>a, not below low and not above high.</summary>
    public static TorchTensor Within(this TorchTensor a, double low, double high) => a.clamp(Of(low), Of(high));

    /// <summary>a - b, without a scalar made on the fly.</summary>
    public static TorchTensor Minus(this TorchTensor a, TorchTensor b) => a.add(b, MinusOne);
}
