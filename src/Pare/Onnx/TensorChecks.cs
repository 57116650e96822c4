namespace Pare.Onnx;

internal static class TensorChecks
{
    /// <exception cref="BadInputException">A value is NaN or infinite.</exception>
    public static void ThrowUnlessFinite(this Tensor tensor)
    {
        var values = tensor.Floats;
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) throw new BadInputException($"weight '{tensor.Name}' has {values[i]} at {i}; weights must be finite");
    }
}
