using Pare.Onnx.Spec;

namespace Pare.Onnx;

/// <summary>
/// The verifier: what must hold of a model before any step works on it. Every rule has a name and says what it found.
/// Operators and domains that Pare does not know are accepted.
/// </summary>
public static class GraphSpec
{
    private static readonly Rule[] Rules =
    [
        new("has-graph", ModelRules.HasOutputs),
        new("opset-imported", ModelRules.OpsetImported),
        new("tensor-data", TensorRules.DataFits),
        new("unique-names", ScopeRules.UniqueNames),
        new("defined-before-use", ScopeRules.DefinedBeforeUse),
        new("arity", NodeRules.Arity),
        new("attribute-kind", NodeRules.AttributeKinds),
    ];

    /// <summary>Names of the rules, in the order they are tried; <c>shapes</c> comes last.</summary>
    public static IEnumerable<string> RuleNames => [.. Rules.Select(r => r.Name), "shapes"];

    /// <summary>Verifies a model; payloads are measured, not read.</summary>
    /// <exception cref="BadInputException">A rule is broken; the message has the rule's name and what it found.</exception>
    public static void Verify(Model model)
    {
        foreach (var rule in Rules)
            if (rule.Broken(model).FirstOrDefault() is { } found) throw new BadInputException($"the graph is not valid ({rule.Name}): {found}");
        try
        {
            ShapeInference.Infer(model);
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"the graph is not valid (shapes): {e.Message}", e);
        }
    }

    /// <summary>
    /// Looks for weights that are no numbers. NaN is refused in every constant; infinities are refused in weights and biases,
    /// but are usual in masks and bounds.
    /// </summary>
    /// <exception cref="BadInputException">A tensor holds NaN or infinite values; the message names it and counts them.</exception>
    public static void CheckFinite(Model model)
    {
        if (FiniteRule.Broken(model).FirstOrDefault() is { } found) throw new BadInputException(found);
    }

    private sealed record Rule(string Name, Func<Model, IEnumerable<string>> Broken);
}
