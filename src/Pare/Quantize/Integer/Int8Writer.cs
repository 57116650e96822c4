using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Onnx.Rewrites;

namespace Pare.Quantize.Integer;

/// <summary>
/// Writes a network with QuantizeLinear and DequantizeLinear where ONNX Runtime fuses them into 8-bit kernels: a DequantizeLinear on every input
/// of a layer, one QuantizeLinear on its output as the only consumer, weights stored in codes, biases in 32 bits with the scale of
/// the products.
/// </summary>
internal sealed class Int8Writer
{
    /// <summary>First version of the standard's operators whose DequantizeLinear has an axis.</summary>
    public const int MinOpset = 13;

    private readonly Model _model;
    private readonly Int8Plan _plan;
    private readonly Int8Options _options;
    private readonly Calibration _seen;
    private readonly FreshNames _names;
    private readonly Dictionary<string, Affine> _maps = [];
    private readonly Dictionary<string, string> _joined = [];
    private readonly List<Tensor> _tensors = [];
    private readonly List<Node> _constants = [];
    private readonly Dictionary<string, string> _renamed = [];
    private readonly Dictionary<string, string> _outputs = [];
    private readonly Dictionary<string, string> _codes = [];
    private readonly Dictionary<string, (string Scale, string Zero)> _parameters = [];
    private readonly Dictionary<string, Tensor> _real = [];
    private readonly Dictionary<Node, Node> _layers = new(ReferenceEqualityComparer.Instance);

    private Int8Writer(Model model, Int8Plan plan, Int8Options options, Calibration seen)
    {
        (_model, _plan, _options, _seen) = (model, plan, options, seen);
        _names = new FreshNames(model.Graph);
    }

    /// <summary>The float model as it is quantized: BatchNorm folded, constants folded, in an opset that has what is needed.</summary>
    /// <exception cref="BadInputException">It is quantized already, or its opset cannot be raised.</exception>
    public static Model Prepare(Model model)
    {
        AlreadyQuantized.Refuse(model);
        return DenseAdd.Apply(OpsetRaise.WithConstantInitializers(OpsetRaise.To(Simplify.Run(model), MinOpset)));
    }

    /// <param name="model">The prepared model that the plan was made for.</param>
    /// <param name="plan">What becomes 8-bit.</param>
    /// <param name="options">How.</param>
    /// <param name="seen">What was seen of the plan's values.</param>
    public static Written Write(Model model, Int8Plan plan, Int8Options options, Calibration seen) => new Int8Writer(model, plan, options, seen).Run();

    /// <param name="Model">The network in 8 bits.</param>
    /// <param name="Errors">The relative error of each 8-bit layer's weights, by the layer's output.</param>
    /// <param name="Outputs">What each 8-bit layer's node is made to put out, by the layer's output before.</param>
    /// <param name="Real">The weights that codes were rounded from, by the codes' name.</param>
    public sealed record Written(Model Model, IReadOnlyDictionary<string, double> Errors, IReadOnlyDictionary<string, string> Outputs, IReadOnlyDictionary<string, Tensor> Real);

    private Written Run()
    {
        foreach (var value in _plan.Coded.Select(_plan.Source).Distinct()) _maps[value] = MapOf(_seen.Ranges[value]);
        foreach (var node in _model.Graph.Nodes.Where(n => n.Is("Concat"))) Join(node);
        var errors = new Dictionary<string, double>();
        foreach (var group in _plan.Layers.GroupBy(l => l.Layer.Weight)) WriteLayers([.. group], errors);
        var graph = _model.Graph with { Nodes = WithCodes(), Initializers = _model.Graph.Initializers.AddRange(_tensors) };
        // What the file said of values was said of a float network.
        var model = _model with { Graph = graph with { Values = [] } };
        return new Written(Simplify.Run(model), errors, _outputs, _real);
    }

    private Affine MapOf(RangeRecord record)
    {
        var (min, max) = RangeChoice.Of(record, _options.Method);
        // A Relu that never fired must still hold back what is below 0.
        if (_options.SignedActivations && min == 0 && max == 0) return new Affine(1, _options.Activations.Min, _options.Activations);
        if (_options.SignedActivations && min < 0 && max > 0) return Affine.Symmetric(Math.Max(-min, max), _options.Activations);
        return Affine.FromRange(min, max, _options.Activations);
    }

    // What only goes into a Concat takes the map of what comes out: its codes are copied then, and rounded once. A Relu that the codes do the work of must find no code below 0.
    private void Join(Node concat)
    {
        var whole = concat.Outputs[0];
        if (!_maps.TryGetValue(whole, out var map)) return;
        foreach (var part in concat.Inputs.Where(_maps.ContainsKey))
        {
            if (_plan.Index.IsOutput(part) || _plan.Index.Consumers(part).Count > 1 || _plan.Index.Producer(part) is not { } maker) continue;
            if (maker.OpType != "Clip" && (maker.OpType != "Relu" || map.ZeroPoint == map.Codes.Min)) _joined[part] = whole;
        }
    }

    /// <summary>The coded value whose map another one has: itself, what it was moved from, or the Concat that it goes into.</summary>
    private string Source(string value)
    {
        value = _plan.Source(value);
        while (_joined.TryGetValue(value, out var whole)) value = whole;
        return value;
    }

    /// <summary>The map of a coded value.</summary>
    private Affine Map(string value) => _maps[Source(value)];

    // Layers that share a weight share its codes.
    private void WriteLayers(ImmutableArray<IntegerLayer> layers, Dictionary<string, double> errors)
    {
        var first = layers[0];
        if (_options.KeepShared && SharedWeight.Find(_plan.Index, first.Layer.Weight) is not null) return;
        var weight = _options.Coded(first.Weight, first.Axis, isEdge: layers.Any(l => _plan.Edges.Contains(l.Layer.Node.Outputs[0])));
        foreach (var layer in layers) weight = BiasCodes.WithRoom(weight, layer, Map(layer.Input).Scale);
        weight = Rounded(weight, first);
        var name = _names.Of($"{first.Layer.Weight}.int8");
        var form = weight.Form(name);
        Add(form);
        _real[form.Tensors[0].Name] = weight.Real;
        foreach (var layer in layers)
        {
            errors[layer.Layer.Node.Outputs[0]] = weight.Error();
            var bias = _options.CorrectBiases ? BiasCorrection.Corrected(layer, weight, _seen.Ranges[layer.Input]) : layer.Bias;
            ImmutableArray<string> inputs = [layer.Input, name];
            if (bias is not null)
            {
                var biasName = _names.Of($"{layer.Layer.Node.Outputs[0]}.bias");
                Add(BiasCodes.Form(biasName, bias, weight, Map(layer.Input).Scale, layer.Channels));
                inputs = inputs.Add(biasName);
            }
            _layers[layer.Layer.Node] = Plain(layer.Layer.Node with { Inputs = inputs });
        }
    }

    private LinearWeight Rounded(LinearWeight weight, IntegerLayer layer)
    {
        var output = layer.Layer.Node.Outputs[0];
        if (_options.Rounding == RoundingMethod.Nearest || !_seen.Moments.TryGetValue(output, out var moments)) return weight;
        return weight with { Codes = _seen.Rounded.GetOrAdd((output, weight.Maps[0].Codes), _ => weight.Compensated(layer.Axis, (int)layer.Layer.Node.Int("group", 1), moments, _options.Rounding, _options.CorrectBiases && layer.Bias is not null).Codes!) };
    }

    // Gemm fuses only where alpha and beta are written out, and 1.
    private static Node Plain(Node node) => node.Is("Gemm") ? node.With(NodeAttribute.Of("alpha", 1f)).With(NodeAttribute.Of("beta", 1f)) : node;

    private void Add(WeightForm form)
    {
        _tensors.AddRange(form.Tensors);
        _constants.AddRange(form.Nodes);
    }

    /// <summary>The nodes with each coded value going through its codes. The value's own name stays with what comes back from them.</summary>
    private ImmutableArray<Node> WithCodes()
    {
        var coded = _plan.Coded.ToHashSet();
        var before = _constants.ToList();
        foreach (var input in _model.Graph.Inputs.Where(i => coded.Contains(i.Name)))
        {
            // An input cannot be renamed: those who read it are.
            var real = _names.Of($"{input.Name}.real");
            _renamed[input.Name] = real;
            before.AddRange(ThroughCodes(input.Name, input.Name, real));
        }
        var nodes = new List<Node>();
        var absorbed = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in _model.Graph.Nodes)
        {
            if (absorbed.Contains(node)) continue;
            if (_plan.IsOnCodes(node))
            {
                nodes.AddRange(OnCodes(node));
                continue;
            }
            var written = _layers.GetValueOrDefault(node, node);
            if (node.Is("Flatten") && node.Int("axis", 1) == 1 && coded.Contains(node.Outputs[0])) written = AsReshape(node);
            var behind = _plan.AbsorbedBehind(node);
            if (behind is not null) absorbed.Add(behind);
            ImmutableArray<string> outputs = behind?.Outputs ?? node.Outputs;
            ImmutableArray<string> raw = [.. outputs.Select(o => coded.Contains(o) ? _names.Of($"{o}.raw") : o)];
            // A node without a name goes by its output's, which is another one now.
            nodes.Add(written with { Outputs = raw, Name = node.Name.Length > 0 || raw[0] == node.Outputs[0] ? node.Name : node.Outputs[0] });
            if (!ReferenceEquals(written, node)) _outputs[node.Outputs[0]] = raw[0];
            for (var i = 0; i < outputs.Length; i++)
                if (raw[i] != outputs[i]) nodes.AddRange(ThroughCodes(outputs[i], raw[i], outputs[i]));
        }
        return [.. before, .. new Graph { Nodes = [.. nodes] }.RenameInNodes(_renamed).Nodes];
    }

    private IEnumerable<Node> ThroughCodes(string value, string from, string to)
    {
        var (scale, zero) = Parameters(value);
        var codes = _codes[value] = _names.Of($"{value}.codes");
        yield return new Node { OpType = "QuantizeLinear", Inputs = [from, scale, zero], Outputs = [codes] };
        yield return new Node { OpType = "DequantizeLinear", Inputs = [codes, scale, zero], Outputs = [to] };
    }

    // The node between codes; padding is done with the code of 0.0.
    private IEnumerable<Node> OnCodes(Node node)
    {
        var value = node.Outputs[0];
        var (scale, zero) = Parameters(value);
        var inputs = node.Inputs.SetItem(0, _codes[node.Inputs[0]]);
        if (node.Is("Pad")) inputs = inputs.Length > 2 ? inputs.SetItem(2, zero) : inputs.Add(zero);
        var codes = _codes[value] = _names.Of($"{value}.codes");
        yield return node with { Inputs = inputs, Outputs = [codes] };
        yield return new Node { OpType = "DequantizeLinear", Inputs = [codes, scale, zero], Outputs = [value] };
    }

    // ONNX Runtime keeps codes through a Reshape, not through a Flatten.
    private Node AsReshape(Node flatten)
    {
        var shape = _names.Of($"{flatten.Outputs[0]}.shape");
        _tensors.Add(Tensor.Of(shape, [2], (long[])[0, -1]));
        return new Node { OpType = "Reshape", Name = flatten.Name, Inputs = [flatten.Inputs[0], shape], Outputs = flatten.Outputs };
    }

    /// <summary>Names of a coded value's scale and zero point; values that were moved or joined share them.</summary>
    private (string Scale, string Zero) Parameters(string value)
    {
        var source = Source(value);
        if (_parameters.TryGetValue(source, out var known)) return known;
        var (scale, zero) = (_names.Of($"{source}.scale"), _names.Of($"{source}.zero"));
        var map = _maps[source];
        _tensors.Add(Tensor.Of(scale, [], [map.Scale]));
        _tensors.Add(new Tensor { Name = zero, Type = map.Codes.Type, Shape = [], Data = new[] { unchecked((byte)map.ZeroPoint) } });
        return _parameters[source] = (scale, zero);
    }
}
