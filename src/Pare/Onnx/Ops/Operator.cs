namespace Pare.Onnx.Ops;

/// <summary>How many inputs or outputs an operator takes.</summary>
internal readonly record struct Arity(int Min, int Max)
{
    public const int Any = int.MaxValue;

    public bool Allows(int count) => count >= Min && count <= Max;

    public override string ToString() => Min == Max ? $"{Min}" : Max == Any ? $"{Min} or more" : $"{Min} to {Max}";
}

/// <summary>Which inputs carry the elements that an operator only moves.</summary>
internal enum Moves
{
    Nothing,
    First,
    All,
}

/// <summary>What Pare knows of one operator of the ONNX standard.</summary>
/// <param name="Name">The operator's type.</param>
/// <param name="Inputs">Allowed numbers of inputs, over all versions.</param>
/// <param name="Outputs">Allowed numbers of outputs.</param>
/// <param name="Infer">Types and shapes of the outputs from what is known of the inputs; throws where they contradict each other.</param>
internal sealed record Operator(string Name, Arity Inputs, Arity Outputs, Func<OpContext, Known[]> Infer)
{
    /// <summary>Computes the only output from constant inputs; null where this form is not covered.</summary>
    public Func<OpContext, Tensor?>? Evaluate { get; init; }

    /// <summary>Says that the elements are moved, not changed, so that named dimensions travel along.</summary>
    public Moves Moves { get; init; }

    public static Operator One(string name, int minInputs, int maxInputs, Func<OpContext, Known> infer) =>
        new(name, new(minInputs, maxInputs), new(1, 1), c => [infer(c)]);
}
