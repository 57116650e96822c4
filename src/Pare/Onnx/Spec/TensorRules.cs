namespace Pare.Onnx.Spec;

/// <summary>Rules on constants.</summary>
internal static class TensorRules
{
    public static IEnumerable<string> DataFits(Model model)
    {
        foreach (var tensor in model.Graph.AllTensors())
        {
            if (tensor.Type == ElementType.Undefined) yield return $"tensor '{tensor.Name}' has no element type";
            else if (tensor.Shape.Any(d => d < 0)) yield return $"tensor '{tensor.Name}' has shape [{string.Join(',', tensor.Shape)}]; dimensions are 0 or more";
            else if (tensor.Type == ElementType.Text && tensor.Strings.Length != tensor.Count) yield return $"tensor '{tensor.Name}' of {tensor.Count} texts holds {tensor.Strings.Length}";
            else if (tensor.Type.Bits() > 0 && tensor.Data.Length != tensor.Type.SizeBytes(tensor.Count))
                yield return $"tensor '{tensor.Name}' of {tensor.Type}[{string.Join(',', tensor.Shape)}] has {tensor.Data.Length} bytes, {tensor.Type.SizeBytes(tensor.Count)} are needed";
        }
    }
}
