using System.Collections.Immutable;
using Pare.Onnx.Kernels;
using Pare.Onnx.Ops;

namespace Pare.Onnx;

/// <summary>
/// Types and shapes of all values of a graph, from its inputs forward. Small integer tensors are computed on the way, with
/// named dimensions in them, so that a Reshape to Concat(Gather(Shape(x)), -1) resolves.
/// </summary>
public static class ShapeInference
{
    /// <summary>Infers the values of a model's main graph.</summary>
    /// <param name="model">A model whose nodes stand in an order of use.</param>
    /// <param name="inputShapes">Shapes that replace those the model states for its inputs, by name; for instance with a batch size.</param>
    /// <returns>Element type and shape by value name; what nothing is known of is left out.</returns>
    /// <exception cref="BadInputException">Shapes contradict each other, or the shapes the file states.</exception>
    public static IReadOnlyDictionary<string, TensorType> Infer(Model model, IReadOnlyDictionary<string, ImmutableArray<Dimension>>? inputShapes = null)
    {
        var values = new Pass(model.OpsetVersion, inputShapes).Run(model.Graph, new Scope(null));
        return values.Where(p => p.Value.Type != ElementType.Undefined || p.Value.Shape is not null)
            .ToDictionary(p => p.Key, p => new TensorType(p.Value.Type, p.Value.Shape));
    }

    /// <summary>The same for one example: a first dimension of an input that is open counts as 1.</summary>
    /// <exception cref="BadInputException">Shapes contradict each other, or the shapes the file states.</exception>
    public static IReadOnlyDictionary<string, TensorType> OfOneExample(Model model, IReadOnlyDictionary<string, ImmutableArray<Dimension>>? inputShapes = null)
    {
        // Without the inputs that stay as the model states them: where all do, the shapes that it states inside hold as well.
        var shapes = new Dictionary<string, ImmutableArray<Dimension>>();
        foreach (var input in model.Graph.FreeInputs)
        {
            var shape = inputShapes is not null && inputShapes.TryGetValue(input.Name, out var replaced) ? replaced : input.Shape;
            if (shape is [{ Value: null }, ..] open) shape = open.SetItem(0, 1);
            if (shape is { } known && !(input.Shape is { } stated && stated.SequenceEqual(known))) shapes[input.Name] = known;
        }
        return Infer(model, shapes);
    }

    /// <summary>The small integer and truth values that shape arithmetic finds to be constant, by name.</summary>
    internal static IReadOnlyDictionary<string, Tensor> IntegerConstants(Model model) =>
        new Pass(model.OpsetVersion, null).Run(model.Graph, new Scope(null))
            .Where(p => p.Value.Constant is { Type: ElementType.Int64 or ElementType.Int32 or ElementType.Bool })
            .ToDictionary(p => p.Key, p => p.Value.Constant!);

    /// <summary>The model with a name for every length that its inputs leave open without one, so that it can be told where that length is met again.</summary>
    internal static Model NameOpenLengths(Model model)
    {
        var inputs = model.Graph.Inputs.Select(input => input with
        {
            Shape = input.Shape is { } shape ? [.. shape.Select(Dims.Normal).Select((d, axis) => d == Dimension.Unknown ? new Dimension(null, $"{input.Name}[{axis}]") : d)] : null,
        });
        return model with { Graph = model.Graph with { Inputs = [.. inputs] } };
    }

    private const long MaxBytes = 16L * Known.MaxElements;

    private sealed class Scope(Scope? outer) : Dictionary<string, Known>
    {
        public Known Find(string name) => TryGetValue(name, out var known) ? known : outer?.Find(name) ?? Known.Nothing;
    }

    private sealed class Pass(long opset, IReadOnlyDictionary<string, ImmutableArray<Dimension>>? inputShapes)
    {
        public Dictionary<string, Known> Run(Graph graph, Scope scope)
        {
            foreach (var input in graph.Inputs) scope[input.Name] = Input(input);
            foreach (var tensor in graph.Initializers) scope[tensor.Name] = Known.Of(tensor);
            // Stated shapes help where an operator is unknown; with other input shapes they no longer hold.
            var stated = inputShapes is null or { Count: 0 }
                ? graph.Values.Concat(graph.Outputs).DistinctBy(v => v.Name).ToDictionary(v => v.Name) : [];
            foreach (var node in graph.Nodes)
            {
                var results = Results(node, scope);
                for (var i = 0; i < node.Outputs.Length; i++)
                {
                    var name = node.Outputs[i];
                    if (name.Length == 0) continue;
                    var known = i < results.Length ? results[i] : Known.Nothing;
                    scope[name] = stated.TryGetValue(name, out var value) ? Merge(node, known, value) : known;
                }
            }
            return scope;
        }

        private Known Input(ValueInfo input)
        {
            var shape = inputShapes is not null && inputShapes.TryGetValue(input.Name, out var given) ? given : input.Shape;
            return Known.Of(input.Type, shape?.Select(Dims.Normal));
        }

        private Known[] Results(Node node, Scope scope)
        {
            if (node.Is("If")) return Common([.. node.Subgraphs.Select(g => Branch(g, scope))]);
            if (Operators.Find(node) is not { } known || !known.Inputs.Allows(node.Inputs.Length)) return [];
            var context = new OpContext(node, opset, [.. node.Inputs.Select(scope.Find)]);
            Known[] results;
            try
            {
                results = known.Infer(context);
            }
            catch (OverflowException)
            {
                throw context.Bad("a dimension is larger than 63 bits");
            }
            return results.Length == 1 ? [Evaluated(context, known, results[0])] : results;
        }

        private Known[] Branch(Graph graph, Scope scope)
        {
            var inner = new Scope(scope);
            Run(graph, inner);
            return [.. graph.Outputs.Select(o => inner.Find(o.Name))];
        }

        // What all branches agree on.
        private static Known[] Common(Known[][] branches)
        {
            if (branches.Length == 0 || branches.Any(b => b.Length != branches[0].Length)) return [];
            return [.. branches.Aggregate((a, b) => [.. a.Zip(b, (x, y) => new Known(x.Type == y.Type ? x.Type : ElementType.Undefined, Common(x.Shape, y.Shape)))])
                .Select(k => new Known(k.Type, k.Shape))];
        }

        private static ImmutableArray<Dimension>? Common(ImmutableArray<Dimension>? a, ImmutableArray<Dimension>? b) =>
            a is { } x && b is { } y && x.Length == y.Length ? [.. x.Zip(y, (p, q) => p == q ? p : Dimension.Unknown)] : null;

        private static Known Evaluated(OpContext context, Operator known, Known result)
        {
            if (result.Constant is not null || context.Node.Outputs.Length != 1 || known.Evaluate is null) return result;
            if (!IsSmall(result.Shape) || context.Inputs.Any(i => !IsSmall(i.Shape))) return result;
            if (context.Inputs.All(i => i.Constant is not null || ReferenceEquals(i, Known.Nothing)))
                return ConstantFolding.Evaluate(context, known, MaxBytes) is { } constant ? Known.Of(constant) : result;
            if (result.Elements is { } elements) return WithNumbers(result, elements);
            return Moved(context, known) is { } moved ? WithNumbers(result, moved) : result;
        }

        // Elements that are all numbers are a constant like any other.
        private static Known WithNumbers(Known known, ImmutableArray<Dimension> elements)
        {
            known = known with { Elements = elements };
            if (known.Numbers is not { } numbers || new TensorType(default, known.Shape).Sizes is not { } shape || StridedView.Of(shape).Count != numbers.Length) return known;
            return known with { Constant = Conversion.Cast(Tensor.Of("", shape, numbers), known.Type) };
        }

        // An operator that only moves elements is run on their numbers in a list, so that names travel with them.
        private static ImmutableArray<Dimension>? Moved(OpContext context, Operator known)
        {
            if (known.Moves == Moves.Nothing) return null;
            var all = new List<Dimension>();
            var inputs = context.Inputs.ToArray();
            for (var i = 0; i < (known.Moves == Moves.All ? inputs.Length : 1); i++)
            {
                if (inputs[i].Elements is not { } elements || new TensorType(default, inputs[i].Shape).Sizes is not { } shape || StridedView.Of(shape).Count != elements.Length) return null;
                inputs[i] = Known.Of(Tensor.Of("", shape, [.. Enumerable.Range(all.Count, elements.Length).Select(p => (long)p)]));
                all.AddRange(elements);
            }
            if (inputs.Any(i => i.Constant is null && !ReferenceEquals(i, Known.Nothing))) return null;
            return ConstantFolding.Evaluate(context with { Inputs = [.. inputs] }, known, MaxBytes) is { } moved ? [.. moved.Int64s.ToArray().Select(p => all[(int)p])] : null;
        }

        private static bool IsSmall(ImmutableArray<Dimension>? shape) =>
            shape is null || shape.Value.Length == 0 || (shape.Value.All(d => d.Value is >= 0 and <= Known.MaxElements) && shape.Value.Aggregate(1.0, (p, d) => p * d.Value!.Value) <= Known.MaxElements);

        private static Known Merge(Node node, Known inferred, ValueInfo stated)
        {
            var type = inferred.Type == ElementType.Undefined ? stated.Type : inferred.Type;
            if (stated.Type != ElementType.Undefined && type != stated.Type)
                throw new BadInputException($"value '{stated.Name}' is stated as {stated.Type}, {node} makes {type}");
            if (stated.Shape is not { } declared) return inferred with { Type = type };
            declared = [.. declared.Select(Dims.Normal)];
            if (inferred.Shape is not { } shape) return inferred with { Type = type, Shape = declared };
            if (!Dims.Agree(shape, declared))
                throw new BadInputException($"value '{stated.Name}' is stated as [{Dims.Text(declared)}], {node} makes [{Dims.Text(shape)}]");
            // A length that hangs on an input does so whatever the file states: the input may have been edited since.
            return inferred with { Type = type, Shape = [.. shape.Zip(declared, (found, said) => found == Dimension.Unknown ? said : found)] };
        }
    }
}
